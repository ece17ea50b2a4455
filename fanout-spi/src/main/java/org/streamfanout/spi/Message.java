package org.streamfanout.spi;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One outbound unit: what a destination takes as one entry. Made by the engine for each attempt and
 * read by a provider; thread-safe.
 */
public final class Message {
  private final Supplier<String> id;
  private final String key;
  private final Object lane;
  private final int bodyLength;
  private final Supplier<Bytes> encoder;
  private final Map<String, String> attributes;
  private final List<FanoutRecord> records;
  private final int storedLength;
  private volatile @Nullable Bytes body;

  private Message(Builder builder) {
    this.id = builder.id;
    this.records = builder.records;
    this.key = builder.records.get(0).key();
    this.lane = builder.lane;
    this.bodyLength = builder.bodyLength;
    this.encoder = builder.encoder;
    this.attributes = builder.attributes;
    this.storedLength = builder.storedLength;
  }

  /**
   * Starts a message that carries records.
   *
   * @throws IllegalArgumentException if there are no records
   */
  public static Builder builder(String id, List<FanoutRecord> records) {
    Objects.requireNonNull(id, "id");
    return new Builder(() -> id, records);
  }

  /**
   * Starts a message whose id is worked out when it is asked for, since many destinations have no
   * use for it.
   */
  public static Builder builder(Supplier<String> id, List<FanoutRecord> records) {
    return new Builder(id, records);
  }

  /**
   * Returns what identifies this message at the destination: 64 hexadecimal digits that depend on
   * source, target and every record carried, so equal content is equal and different content never
   * is. Stable over attempts.
   */
  public String id() {
    return id.get();
  }

  /** Returns the first record's key. */
  public String key() {
    return key;
  }

  /** Returns the queue that keeps this message's order; opaque, compared with equals only. */
  public Object lane() {
    return lane;
  }

  /** Returns the exact length of {@link #body()} in bytes, without encoding it. */
  public int bodyLength() {
    return bodyLength;
  }

  /** Returns the payload, encoded on first use; empty for a tombstone. */
  public Bytes body() {
    Bytes encoded = body;
    if (encoded == null) {
      encoded = encoder.get();
      body = encoded;
    }
    return encoded;
  }

  /** Returns whether this message deletes its key: one record, without data. */
  public boolean isTombstone() {
    return records.size() == 1 && records.get(0).isTombstone();
  }

  /**
   * Returns how many bytes were stored elsewhere, if the body is a claim check: a pointer, as JSON,
   * to what would have been the body. 0 if the body is the records' own.
   */
  public int storedLength() {
    return storedLength;
  }

  /** Returns what goes beside the body where the destination has a place for it. */
  public Map<String, String> attributes() {
    return attributes;
  }

  /** Returns the records carried, in order; never empty. */
  public List<FanoutRecord> records() {
    return records;
  }

  /** Names the message without its payload, which belongs in no log. */
  @Override
  public String toString() {
    return "Message[records=" + records.size() + ", bodyLength=" + bodyLength + "]";
  }

  /** Builds a message; not thread-safe. */
  public static final class Builder {
    private final Supplier<String> id;
    private final List<FanoutRecord> records;
    private Object lane;
    private int bodyLength;
    private Supplier<Bytes> encoder;
    private Map<String, String> attributes = Map.of();
    private int storedLength;

    private Builder(Supplier<String> id, List<FanoutRecord> records) {
      this.id = Objects.requireNonNull(id, "id");
      this.records = List.copyOf(records);
      if (this.records.isEmpty()) {
        throw new IllegalArgumentException("a message carries at least one record");
      }
      Bytes data = this.records.get(0).data();
      Bytes only = data == null ? Bytes.EMPTY : data;
      this.lane = this.records;
      this.bodyLength = only.length();
      this.encoder = () -> only;
    }

    /** Sets the lane; the message's own by default. */
    public Builder lane(Object newLane) {
      lane = Objects.requireNonNull(newLane, "lane");
      return this;
    }

    /**
     * Sets the body, by default the first record's data: its exact length, and how to encode it.
     */
    public Builder body(int newBodyLength, Supplier<Bytes> newEncoder) {
      bodyLength = newBodyLength;
      encoder = Objects.requireNonNull(newEncoder, "encoder");
      return this;
    }

    /** Sets the attributes; none by default. */
    public Builder attributes(Map<String, String> newAttributes) {
      attributes = Map.copyOf(newAttributes);
      return this;
    }

    /** Says that the body points to this many bytes that were stored; 0, for none, by default. */
    public Builder storedLength(int newStoredLength) {
      storedLength = newStoredLength;
      return this;
    }

    /** Returns the message. */
    public Message build() {
      return new Message(this);
    }
  }
}
