package org.streamfanout.admin.doctor;

import java.util.List;
import java.util.Objects;

/**
 * Something that a check of the {@link Doctor} found out. Immutable.
 *
 * @param level how bad it is
 * @param check the check, such as {@code mapping}
 * @param subject what it is about: a target, a source, the function
 * @param text what is the matter, and what to do
 * @param commands that do it, ready to be copied into a shell; often none
 */
public record Diagnosis(
    Level level, String check, String subject, String text, List<String> commands) {

  /** How bad a diagnosis is. */
  public enum Level {
    /** All is well. */
    OK,
    /** Records may arrive late, or not as meant. */
    WARNING,
    /** Records will not arrive, or will be lost. */
    PROBLEM,
    /** It cannot be told from here; the text says why. */
    UNKNOWN
  }

  /** Copies the commands. */
  public Diagnosis {
    Objects.requireNonNull(level, "level");
    Objects.requireNonNull(check, "check");
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(text, "text");
    commands = List.copyOf(commands);
  }
}
