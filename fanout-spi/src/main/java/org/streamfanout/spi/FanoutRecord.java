package org.streamfanout.spi;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One record, as a host read it or as decoding made it. Immutable and thread-safe.
 *
 * <p>Who it is (id, shard, sequence number, arrival, headers) is set once by the host and shared by
 * every record that is made of it; what it says (key, data, change) can be replaced.
 */
public final class FanoutRecord {
  private final Origin origin;
  private final int part;
  private final String key;
  private final @Nullable Bytes keyBytes;
  private final @Nullable String explicitHashKey;
  private final @Nullable Bytes data;
  private final @Nullable TableChange change;
  private final @Nullable Bytes envelope;

  private record Origin(
      String id,
      @Nullable String shard,
      String sequenceNumber,
      @Nullable Instant arrivedAt,
      List<Header> headers) {}

  private FanoutRecord(
      Origin origin,
      int part,
      String key,
      @Nullable Bytes keyBytes,
      @Nullable String explicitHashKey,
      @Nullable Bytes data,
      @Nullable TableChange change,
      @Nullable Bytes envelope) {
    this.origin = origin;
    this.part = part;
    this.key = key;
    this.keyBytes = keyBytes;
    this.explicitHashKey = explicitHashKey;
    this.data = data;
    this.change = change;
    this.envelope = envelope;
  }

  /**
   * Starts a record.
   *
   * @param id stable, unique in the source and equal in every host: Kinesis {@code
   *     shardId:sequenceNumber}, DynamoDB the event id, Kafka {@code topic-partition:offset}
   * @param sequenceNumber the source's own place in the shard, as text
   */
  public static Builder builder(String id, String sequenceNumber) {
    return new Builder(id, sequenceNumber);
  }

  /**
   * Returns the id; user records of one aggregate share it and differ in {@link #part()}. What a
   * {@link BatchTransform} made has an id of its own, which begins with that of the record it was
   * made with.
   */
  public String id() {
    return origin.id;
  }

  /** Returns the shard or partition; null where the source has none. */
  public @Nullable String shard() {
    return origin.shard;
  }

  /** Returns the place in the shard, as the source numbers it. */
  public String sequenceNumber() {
    return origin.sequenceNumber;
  }

  /** Returns the place within a KPL aggregate, or {@link Position#WHOLE}. */
  public int part() {
    return part;
  }

  /** Returns sequence number and part together. */
  public Position position() {
    return new Position(origin.sequenceNumber, part);
  }

  /** Returns the key as text; empty where the source has none. */
  public String key() {
    return key;
  }

  /** Returns the key's own bytes; null where the source's keys are text. */
  public @Nullable Bytes keyBytes() {
    return keyBytes;
  }

  /** Returns Kinesis' explicit hash key; null if it was not given. */
  public @Nullable String explicitHashKey() {
    return explicitHashKey;
  }

  /** Returns the payload; null for a tombstone, and for a table change not yet converted. */
  public @Nullable Bytes data() {
    return data;
  }

  /**
   * Returns the table change; null unless the source is a DynamoDB stream. A provider whose sender
   * reads it says so by {@link Capabilities#wholeRecord()}.
   */
  public @Nullable TableChange change() {
    return change;
  }

  /** Returns when the source took the record in; null if it does not say. */
  public @Nullable Instant arrivedAt() {
    return origin.arrivedAt;
  }

  /** Returns the headers, in order, repeats included. */
  public List<Header> headers() {
    return origin.headers;
  }

  /**
   * Returns the record's own JSON in a Lambda event, verbatim; null elsewhere. A provider whose
   * sender reads it says so by {@link Capabilities#wholeRecord()}.
   */
  public @Nullable Bytes envelope() {
    return envelope;
  }

  /** Returns whether the record deletes its key: it has neither data nor a table change. */
  public boolean isTombstone() {
    return data == null && change == null;
  }

  /**
   * Returns this record with other data, null for a tombstone. Table change and envelope go: what a
   * transform removes must not leak through them.
   */
  public FanoutRecord withData(@Nullable Bytes newData) {
    return new FanoutRecord(origin, part, key, keyBytes, explicitHashKey, newData, null, null);
  }

  /** Returns this record with another key; key bytes and explicit hash key of the old one go. */
  public FanoutRecord withKey(String newKey) {
    return new FanoutRecord(
        origin, part, Objects.requireNonNull(newKey, "key"), null, null, data, change, envelope);
  }

  /**
   * Returns this record with the data that its table change was converted to. Change and envelope
   * stay.
   */
  public FanoutRecord converted(Bytes convertedData) {
    return new FanoutRecord(
        origin, part, key, keyBytes, explicitHashKey, convertedData, change, envelope);
  }

  /**
   * Returns a user record of this aggregate.
   *
   * @param part its place in the aggregate, from 0
   * @throws IllegalArgumentException if the part is negative
   */
  public FanoutRecord userRecord(
      int part, String userKey, @Nullable String userExplicitHashKey, Bytes userData) {
    if (part < 0) {
      throw new IllegalArgumentException("part " + part + " is negative");
    }
    return new FanoutRecord(origin, part, userKey, null, userExplicitHashKey, userData, null, null);
  }

  /** Names the record without its payload, which belongs in no log. */
  @Override
  public String toString() {
    return "FanoutRecord[" + origin.id + (part == Position.WHOLE ? "" : "#" + part) + "]";
  }

  /** Builds a record; not thread-safe. */
  public static final class Builder {
    private final String id;
    private final String sequenceNumber;
    private @Nullable String shard;
    private int part = Position.WHOLE;
    private String key = "";
    private @Nullable Bytes keyBytes;
    private @Nullable String explicitHashKey;
    private @Nullable Bytes data;
    private @Nullable TableChange change;
    private @Nullable Instant arrivedAt;
    private List<Header> headers = List.of();
    private @Nullable Bytes envelope;

    private Builder(String id, String sequenceNumber) {
      this.id = Objects.requireNonNull(id, "id");
      this.sequenceNumber = Objects.requireNonNull(sequenceNumber, "sequenceNumber");
    }

    /** Sets the shard or partition. */
    public Builder shard(@Nullable String newShard) {
      shard = newShard;
      return this;
    }

    /** Sets the place in an aggregate, for hosts that read decoded records. */
    public Builder part(int newPart) {
      part = newPart;
      return this;
    }

    /** Sets the key; empty by default. */
    public Builder key(String newKey) {
      key = Objects.requireNonNull(newKey, "key");
      return this;
    }

    /** Sets the key's own bytes. */
    public Builder keyBytes(@Nullable Bytes newKeyBytes) {
      keyBytes = newKeyBytes;
      return this;
    }

    /** Sets the explicit hash key. */
    public Builder explicitHashKey(@Nullable String newExplicitHashKey) {
      explicitHashKey = newExplicitHashKey;
      return this;
    }

    /** Sets the payload; null, the default, for a tombstone. */
    public Builder data(@Nullable Bytes newData) {
      data = newData;
      return this;
    }

    /** Sets the table change. */
    public Builder change(@Nullable TableChange newChange) {
      change = newChange;
      return this;
    }

    /** Sets when the source took the record in. */
    public Builder arrivedAt(@Nullable Instant newArrivedAt) {
      arrivedAt = newArrivedAt;
      return this;
    }

    /** Sets the headers; none by default. */
    public Builder headers(List<Header> newHeaders) {
      headers = List.copyOf(newHeaders);
      return this;
    }

    /** Sets the record's own JSON in a Lambda event. */
    public Builder envelope(@Nullable Bytes newEnvelope) {
      envelope = newEnvelope;
      return this;
    }

    /** Returns the record. */
    public FanoutRecord build() {
      if (part < Position.WHOLE) {
        throw new IllegalArgumentException("part " + part + " is below " + Position.WHOLE);
      }
      return new FanoutRecord(
          new Origin(id, shard, sequenceNumber, arrivedAt, headers),
          part,
          key,
          keyBytes,
          explicitHashKey,
          data,
          change,
          envelope);
    }
  }
}
