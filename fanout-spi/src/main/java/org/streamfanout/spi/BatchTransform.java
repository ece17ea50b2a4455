package org.streamfanout.spi;

import java.util.List;
import java.util.Objects;

/**
 * A function from the records of a batch to what is sent in their place, in any number: an
 * aggregation, a join, a regrouping. The host registers it by name and a target names it in its
 * {@code transform} column.
 *
 * <p>It gets what is left of one batch for one target: decoded, filtered, in the shard's order,
 * tombstones (records without data) included. A batch is what the host read at once, so the same
 * records may come in other batches when they are read again; the same batch should give the same
 * outputs, since their ids are made of the records that they name and not of what they say.
 *
 * <p>Called on the thread that gives the engine the batch, once per batch and target; again only if
 * the target's row changes before the batch is settled. Not called where no record is left. {@code
 * resume} goes on with the outputs as they were. Thread-safe, without side effects.
 */
@FunctionalInterface
public interface BatchTransform {
  /**
   * Returns what to send, in order. A record that no output names is filtered out. A record that
   * outputs name is settled when all of them are.
   *
   * <p>An exception, a null, or an output that names a record which is not one of those given
   * rejects every record given: nothing is lost over a mistake here.
   *
   * @param records at least one; the list cannot be changed
   */
  List<Output> apply(List<FanoutRecord> records);

  /**
   * One record to send, and the records that it came from.
   *
   * <p>Those are named by the very objects that the transform was given, not by their positions: a
   * transform has them at hand where it groups, and an object that it was not given is a mistake
   * which can be told. Their order and repeats mean nothing.
   *
   * @param record what is sent: key, data, headers, and the place in the stream that destinations
   *     are told; usually one of {@code from} with other key and data. It gets an id of its own
   * @param from the records that it came from, at least one
   */
  record Output(FanoutRecord record, List<FanoutRecord> from) {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if the list is empty: what comes from nowhere would never be
     *     sent again after a failure
     */
    public Output {
      Objects.requireNonNull(record, "record");
      from = List.copyOf(from);
      if (from.isEmpty()) {
        throw new IllegalArgumentException("an output names no record that it came from");
      }
    }
  }
}
