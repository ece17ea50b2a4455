package org.streamfanout.spi;

import java.util.Objects;

/**
 * Something that a check found out.
 *
 * @param severity how bad it is
 * @param subject what it is about, such as a target's id
 * @param text what is the matter and what to do
 */
public record Finding(Severity severity, String subject, String text) {

  /** How bad a finding is. */
  public enum Severity {
    /** Records will not arrive. */
    ERROR,
    /** Records may arrive late, or not as meant. */
    WARNING,
    /** All is well. */
    OK
  }

  /** Checks that nothing is null. */
  public Finding {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(text, "text");
  }
}
