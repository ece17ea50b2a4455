package org.streamfanout.spi;

import java.util.List;

/**
 * One kind of destination, such as {@code sqs}.
 *
 * <p>Found by {@link java.util.ServiceLoader}, or handed to the engine's builder. Needs a public
 * constructor without parameters for the former. Thread-safe. Nothing here does I/O: only a {@link
 * TargetSender} does.
 */
public interface TargetProvider {
  /** Returns the value of the {@code type} column that selects this provider. */
  String type();

  /** Returns other values of the {@code type} column; none by default. */
  default List<String> aliases() {
    return List.of();
  }

  /** Returns what people should know; documentation is made from it. */
  Description describe();

  /** Returns what a target's destination can do, as known without asking it. */
  Capabilities capabilities(TargetConfig target);

  /**
   * Checks a target, without I/O. The engine has checked the names in {@link
   * TargetConfig#options()} against {@link Description#options()} already.
   *
   * @throws InvalidTargetException with every problem
   */
  void validate(TargetConfig target, ProviderContext context);

  /**
   * Returns the least IAM actions that a target needs; none by default. A row with a role, an
   * external id or a region for a type that needs none is worth a warning.
   */
  default List<Permission> permissions(TargetConfig target) {
    return List.of();
  }

  /**
   * Opens a target that {@link #validate} accepted. Does no I/O: a connection is made by the first
   * send.
   */
  TargetSender open(TargetConfig target, ProviderContext context);
}
