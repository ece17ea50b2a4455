package org.streamfanout.core.deadletter;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.dynamodb.DynamoDbFormatException;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;

/**
 * One record that a target did not take, and why. Immutable and thread-safe.
 *
 * <p>As JSON it is one object, in ASCII, so that any text destination takes it; its fields are in
 * the documentation of targets. A release writes one version, {@link #VERSION}, and reads it with
 * fields that it does not know, which it ignores, and without those that earlier releases did not
 * write.
 */
public final class DeadLetter {
  /** The version that is written: the field {@code deadLetterVersion}. */
  public static final int VERSION = 1;

  /**
   * The most bytes of a letter that are read. A record of 10 MiB, the most that Kinesis takes (as
   * known 2026-11), comes to 14 MB in base64, and to a second time as much with its own JSON.
   */
  public static final int MAX_BYTES = 64 * 1024 * 1024;

  private final Source source;
  private final @Nullable String shard;
  private final String target;
  private final FanoutRecord record;
  private final Stage stage;
  private final List<Origin> madeOf;
  private final Failure failure;
  private final int attempts;
  private final @Nullable Instant firstAttemptAt;
  private final @Nullable Instant lastAttemptAt;

  /** How far the record had come on its way to the target. */
  public enum Stage {
    /** As the source has it: it could not be decoded. */
    SOURCE,
    /**
     * Decoded as the target wants it, newline included; but the target's filter or transform could
     * not be applied.
     */
    DECODED,
    /** Decoded, filtered and transformed: as the target would have got it. */
    READY
  }

  /**
   * A record that a batch transform made the letter's record of.
   *
   * @param recordId its id
   * @param position its place in the shard
   */
  public record Origin(String recordId, Position position) {
    /** Checks that nothing is null. */
    public Origin {
      Objects.requireNonNull(recordId, "recordId");
      Objects.requireNonNull(position, "position");
    }
  }

  private DeadLetter(Builder builder) {
    this.source = builder.source;
    this.shard = builder.shard;
    this.target = builder.target;
    this.record = builder.record;
    this.stage = builder.stage;
    this.madeOf = builder.madeOf;
    this.failure = builder.failure;
    this.attempts = builder.attempts;
    this.firstAttemptAt = builder.firstAttemptAt;
    this.lastAttemptAt = builder.lastAttemptAt;
  }

  /**
   * Starts a letter, of a record that is {@link Stage#READY}.
   *
   * @param target the id of the target that did not take the record
   * @param failure why not; a pause that it asks for is not kept
   */
  public static Builder builder(
      Source source, String target, FanoutRecord record, Failure failure) {
    return new Builder(source, target, record, failure);
  }

  /**
   * Reads a letter.
   *
   * @throws DeadLetterFormatException if the bytes are more than {@link #MAX_BYTES}, no letter, or
   *     one of another version
   */
  public static DeadLetter parse(Bytes json) {
    return DeadLetterReader.read(json);
  }

  /**
   * Returns the letter as JSON, in one line.
   *
   * @throws DynamoDbFormatException if the record's table change cannot be written
   */
  public Bytes toJson() {
    return DeadLetterWriter.write(this);
  }

  /**
   * Returns the letter as {@link #toJson} does, but for data, table change, headers, envelope and
   * the key's bytes.
   */
  public Bytes toJsonWithoutPayload() {
    return DeadLetterWriter.writeWithoutPayload(this);
  }

  /** Returns where the record comes from. */
  public Source source() {
    return source;
  }

  /** Returns the shard of the batch that the record came in; null where the source has none. */
  public @Nullable String shard() {
    return shard;
  }

  /** Returns the id of the target that did not take the record. */
  public String target() {
    return target;
  }

  /** Returns the record, as far as {@link #stage} says. */
  public FanoutRecord record() {
    return record;
  }

  /** Returns how far the record had come. */
  public Stage stage() {
    return stage;
  }

  /** Returns the records that a batch transform made it of; empty if none did. */
  public List<Origin> madeOf() {
    return madeOf;
  }

  /** Returns why the target did not take it. */
  public Failure failure() {
    return failure;
  }

  /** Returns how many attempts were answered. */
  public int attempts() {
    return attempts;
  }

  /** Returns when it was first sent; null if it never was. */
  public @Nullable Instant firstAttemptAt() {
    return firstAttemptAt;
  }

  /** Returns when it was last sent, or given up without being sent; null if nobody knows. */
  public @Nullable Instant lastAttemptAt() {
    return lastAttemptAt;
  }

  /** Names record and target, without the payload, which belongs in no log. */
  @Override
  public String toString() {
    return "DeadLetter[" + record + " of " + target + ", " + failure.code() + "]";
  }

  /** Builds a letter; not thread-safe. */
  public static final class Builder {
    private final Source source;
    private final String target;
    private final FanoutRecord record;
    private final Failure failure;
    private @Nullable String shard;
    private Stage stage = Stage.READY;
    private List<Origin> madeOf = List.of();
    private int attempts;
    private @Nullable Instant firstAttemptAt;
    private @Nullable Instant lastAttemptAt;

    private Builder(Source source, String target, FanoutRecord record, Failure failure) {
      this.source = Objects.requireNonNull(source, "source");
      this.target = Objects.requireNonNull(target, "target");
      this.record = Objects.requireNonNull(record, "record");
      this.failure = Objects.requireNonNull(failure, "failure");
    }

    /** Sets the shard of the batch; none by default. */
    public Builder shard(@Nullable String newShard) {
      shard = newShard;
      return this;
    }

    /** Sets how far the record had come. */
    public Builder stage(Stage newStage) {
      stage = Objects.requireNonNull(newStage, "stage");
      return this;
    }

    /** Sets what a batch transform made the record of; nothing by default. */
    public Builder madeOf(List<Origin> newMadeOf) {
      madeOf = List.copyOf(newMadeOf);
      return this;
    }

    /**
     * Sets how often it was tried; 0 by default.
     *
     * @throws IllegalArgumentException if negative
     */
    public Builder attempts(int newAttempts) {
      if (newAttempts < 0) {
        throw new IllegalArgumentException("attempts " + newAttempts + " is negative");
      }
      attempts = newAttempts;
      return this;
    }

    /** Sets when it was first sent; null, the default, if it never was. */
    public Builder firstAttemptAt(@Nullable Instant newFirstAttemptAt) {
      firstAttemptAt = newFirstAttemptAt;
      return this;
    }

    /** Sets when it was last sent or given up. */
    public Builder lastAttemptAt(@Nullable Instant newLastAttemptAt) {
      lastAttemptAt = newLastAttemptAt;
      return this;
    }

    /** Returns the letter. */
    public DeadLetter build() {
      return new DeadLetter(this);
    }
  }
}
