package org.streamfanout.spi;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** What a destination can do, as its provider knows it without asking. Immutable. */
public final class Capabilities {

  /** What a body may hold. */
  public enum BodyFormat {
    /** Any bytes. */
    BINARY,
    /** Text in UTF-8 that XML 1.0 can carry; anything else is rejected, never altered. */
    TEXT
  }

  /** In which order the messages of one call take effect. */
  public enum CallOrder {
    /** Any. */
    UNORDERED,
    /**
     * In list order; after one that is not accepted, nothing later in the batch with the same
     * {@link Message#lane()} takes effect, and the provider answers {@link Failure.Kind#NOT_SENT}
     * for it.
     */
    PREFIX
  }

  private final BodyFormat bodyFormat;
  private final Set<Collapse> collapses;
  private final Collapse defaultCollapse;
  private final CallOrder callOrder;
  private final Limits limits;
  private final boolean fifo;
  private final boolean tombstones;
  private final boolean claimChecks;
  private final boolean wholeRecord;

  private Capabilities(Builder builder) {
    this.bodyFormat = builder.bodyFormat;
    this.collapses = Set.copyOf(builder.collapses);
    this.defaultCollapse = builder.defaultCollapse;
    this.callOrder = builder.callOrder;
    this.limits = builder.limits;
    this.fifo = builder.fifo;
    this.tombstones = builder.tombstones;
    this.claimChecks = builder.claimChecks;
    this.wholeRecord = builder.wholeRecord;
  }

  /**
   * Starts capabilities: binary, no collapse, unordered, no FIFO, no tombstones, no claim checks.
   */
  public static Builder builder(Limits limits) {
    return new Builder(limits);
  }

  /** Returns what a body may hold. */
  public BodyFormat bodyFormat() {
    return bodyFormat;
  }

  /** Returns the collapse modes that make sense here; only {@code NONE} ignores the column. */
  public Set<Collapse> collapses() {
    return collapses;
  }

  /** Returns the mode of a target that names none. */
  public Collapse defaultCollapse() {
    return defaultCollapse;
  }

  /** Returns the order within one call. */
  public CallOrder callOrder() {
    return callOrder;
  }

  /** Returns the safe limits, valid for every destination of this kind. */
  public Limits limits() {
    return limits;
  }

  /**
   * Returns whether the destination itself keeps order per group, as FIFO queues and topics do.
   * {@code NONE} and {@code BATCH} then read as {@code KEY}.
   */
  public boolean fifo() {
    return fifo;
  }

  /** Returns whether a record without data can be expressed; if not, the engine rejects it. */
  public boolean tombstones() {
    return tombstones;
  }

  /**
   * Returns whether a message may carry a pointer to its body, a {@linkplain Message#storedLength()
   * claim check}, in place of the body: whoever reads the destination gets messages as they were
   * sent, and can follow it.
   */
  public boolean claimChecks() {
    return claimChecks;
  }

  /**
   * Returns whether the sender makes something of a record's {@link FanoutRecord#change()} or
   * {@link FanoutRecord#envelope()} besides its body. Only then a dead letter carries them, too.
   */
  public boolean wholeRecord() {
    return wholeRecord;
  }

  /** Builds capabilities; not thread-safe. */
  public static final class Builder {
    private final Limits limits;
    private BodyFormat bodyFormat = BodyFormat.BINARY;
    private Set<Collapse> collapses = EnumSet.of(Collapse.NONE);
    private Collapse defaultCollapse = Collapse.NONE;
    private CallOrder callOrder = CallOrder.UNORDERED;
    private boolean fifo;
    private boolean tombstones;
    private boolean claimChecks;
    private boolean wholeRecord;

    private Builder(Limits limits) {
      this.limits = Objects.requireNonNull(limits, "limits");
    }

    /** Sets what a body may hold. */
    public Builder bodyFormat(BodyFormat newBodyFormat) {
      bodyFormat = newBodyFormat;
      return this;
    }

    /** Sets the collapse modes and the one of a target that names none. */
    public Builder collapses(Set<Collapse> newCollapses, Collapse newDefault) {
      if (!newCollapses.contains(newDefault)) {
        throw new IllegalArgumentException(newDefault + " is not among " + newCollapses);
      }
      collapses = EnumSet.copyOf(newCollapses);
      defaultCollapse = newDefault;
      return this;
    }

    /** Sets the order within one call. */
    public Builder callOrder(CallOrder newCallOrder) {
      callOrder = newCallOrder;
      return this;
    }

    /** Sets whether the destination keeps order per group. */
    public Builder fifo(boolean newFifo) {
      fifo = newFifo;
      return this;
    }

    /** Sets whether a record without data can be expressed. */
    public Builder tombstones(boolean newTombstones) {
      tombstones = newTombstones;
      return this;
    }

    /** Sets whether a pointer to a body makes sense in its place. */
    public Builder claimChecks(boolean newClaimChecks) {
      claimChecks = newClaimChecks;
      return this;
    }

    /** Sets whether the sender reads table changes or envelopes; false by default. */
    public Builder wholeRecord(boolean newWholeRecord) {
      wholeRecord = newWholeRecord;
      return this;
    }

    /** Returns the capabilities. */
    public Capabilities build() {
      return new Capabilities(this);
    }
  }
}
