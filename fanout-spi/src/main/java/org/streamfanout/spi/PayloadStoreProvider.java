package org.streamfanout.spi;

import java.util.List;

/**
 * One kind of place for bodies that are too large for their target, such as {@code s3}.
 *
 * <p>Found by {@link java.util.ServiceLoader}, or handed to the engine's builder. Needs a public
 * constructor without parameters for the former. Thread-safe. Nothing here does I/O: only a {@link
 * PayloadStore} does.
 */
public interface PayloadStoreProvider {
  /**
   * Returns what the {@code claimCheck} columns begin with that select this provider, up to their
   * first colon: {@code s3} for {@code s3://bucket/prefix}.
   */
  String scheme();

  /**
   * Checks a target's {@link TargetConfig#claimCheck()}, which is not null and has this scheme.
   *
   * @throws InvalidTargetException with every problem
   */
  void validate(TargetConfig target, ProviderContext context);

  /** Returns the least IAM actions that storing a target's bodies needs; none by default. */
  default List<Permission> permissions(TargetConfig target) {
    return List.of();
  }

  /**
   * Opens the place of a target that {@link #validate} accepted. Does no I/O: a connection is made
   * by the first put.
   */
  PayloadStore open(TargetConfig target, ProviderContext context);
}
