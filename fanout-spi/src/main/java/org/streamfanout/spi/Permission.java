package org.streamfanout.spi;

import java.util.Objects;

/**
 * One IAM action that a target needs.
 *
 * @param action such as {@code sqs:SendMessage}
 * @param resource the ARN it is needed on, or {@code *}
 */
public record Permission(String action, String resource) {
  /** Checks that nothing is null. */
  public Permission {
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(resource, "resource");
  }
}
