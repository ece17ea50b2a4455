package org.streamfanout.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One registered target: a row of the targets table. Immutable; columns are as in
 * aws-lambda-fanout, plus ours.
 */
public final class TargetConfig {
  private final Source source;
  private final String id;
  private final String type;
  private final String destination;
  private final boolean active;
  private final @Nullable String role;
  private final @Nullable String externalId;
  private final @Nullable String region;
  private final @Nullable String collapse;
  private final boolean parallel;
  private final boolean convertDdb;
  private final boolean deaggregate;
  private final boolean appendNewlines;
  private final boolean wholeChange;
  private final boolean passthrough;
  private final @Nullable Ordering ordering;
  private final OnFailure onFailure;
  private final @Nullable String deadLetter;
  private final boolean deadLetterOnly;
  private final Oversize oversize;
  private final @Nullable String claimCheck;
  private final @Nullable String filter;
  private final @Nullable String transform;
  private final int maxInFlight;
  private final DeliveryPolicy delivery;
  private final @Nullable Integer maxMessages;
  private final @Nullable Long maxBatchBytes;
  private final @Nullable Long maxMessageBytes;
  private final Map<String, String> options;
  private final Map<String, Object> unknownColumns;

  private TargetConfig(Builder builder) {
    this.source = builder.source;
    this.id = builder.id;
    this.type = builder.type;
    this.destination = builder.destination;
    this.active = builder.active;
    this.role = builder.role;
    this.externalId = builder.externalId;
    this.region = builder.region;
    this.collapse = builder.collapse;
    this.parallel = builder.parallel;
    this.convertDdb = builder.convertDdb;
    this.deaggregate = builder.deaggregate;
    this.appendNewlines = builder.appendNewlines;
    this.wholeChange = builder.wholeChange;
    this.passthrough = builder.passthrough;
    this.ordering = builder.ordering;
    this.onFailure = builder.onFailure;
    this.deadLetter = builder.deadLetter;
    this.deadLetterOnly = builder.deadLetterOnly;
    this.oversize = builder.oversize;
    this.claimCheck = builder.claimCheck;
    this.filter = builder.filter;
    this.transform = builder.transform;
    this.maxInFlight = builder.maxInFlight;
    this.delivery = builder.delivery;
    this.maxMessages = builder.maxMessages;
    this.maxBatchBytes = builder.maxBatchBytes;
    this.maxMessageBytes = builder.maxMessageBytes;
    this.options = Map.copyOf(builder.options);
    this.unknownColumns = Collections.unmodifiableMap(new LinkedHashMap<>(builder.unknownColumns));
  }

  /** Starts a target that is active and otherwise has the table's defaults. */
  public static Builder builder(Source source, String id, String type, String destination) {
    return new Builder(source, id, type, destination);
  }

  /**
   * Reads a row of the targets table: text, booleans (or the texts {@code true} and {@code false}),
   * numbers, and maps of these.
   *
   * @throws InvalidTargetException with every problem of the row
   */
  public static TargetConfig fromRow(Map<String, ?> row) {
    return TargetRow.read(row);
  }

  /** Returns the names of the columns that {@link #fromRow} understands; others are kept. */
  public static Set<String> columns() {
    return TargetRow.columns();
  }

  /** Returns the row's id, or a name for it if it has none. */
  static String idOf(Map<String, ?> row) {
    return TargetRow.idOf(row);
  }

  /** Returns whether the row says that it is not active, or says nothing. */
  static boolean isSwitchedOff(Map<String, ?> row) {
    return TargetRow.isSwitchedOff(row);
  }

  /** Returns the row of the targets table, columns that were not understood included. */
  public Map<String, Object> toRow() {
    return TargetRow.write(this);
  }

  /** Returns where the records come from. */
  public Source source() {
    return source;
  }

  /** Returns the id, unique in the source. */
  public String id() {
    return id;
  }

  /** Returns the type, which selects the provider. */
  public String type() {
    return type;
  }

  /** Returns the destination, in the syntax of the type. */
  public String destination() {
    return destination;
  }

  /** Returns whether the target takes part. */
  public boolean active() {
    return active;
  }

  /** Returns the role to assume; null for the host's own credentials. */
  public @Nullable String role() {
    return role;
  }

  /** Returns the external id that goes with the role; null for none. */
  public @Nullable String externalId() {
    return externalId;
  }

  /** Returns the destination's region; null for the host's. */
  public @Nullable String region() {
    return region;
  }

  /** Returns the {@code collapse} column as it was written; null if absent. */
  public @Nullable String collapse() {
    return collapse;
  }

  /** Returns the original's {@code parallel} column; true by default. */
  public boolean parallel() {
    return parallel;
  }

  /** Returns whether DynamoDB attribute values become plain JSON. */
  public boolean convertDdb() {
    return convertDdb;
  }

  /** Returns whether KPL aggregates are taken apart. */
  public boolean deaggregate() {
    return deaggregate;
  }

  /** Returns whether each record's data gets a newline at its end. */
  public boolean appendNewlines() {
    return appendNewlines;
  }

  /**
   * Returns whether a table change is sent as a whole (event name, keys, both images, sequence
   * number) in place of the new image alone.
   */
  public boolean wholeChange() {
    return wholeChange;
  }

  /** Returns the original's {@code passthrough} column, for functions only. */
  public boolean passthrough() {
    return passthrough;
  }

  /**
   * Returns the order to keep: the {@code ordering} column, else {@code BATCH} where {@code
   * parallel} is false, else {@code NONE}.
   */
  public Ordering ordering() {
    return ordering != null ? ordering : parallel ? Ordering.NONE : Ordering.BATCH;
  }

  /** Returns the {@code ordering} column; null if absent. */
  @Nullable Ordering orderingColumn() {
    return ordering;
  }

  /** Returns what happens to records that were rejected, or whose attempts are used up. */
  public OnFailure onFailure() {
    return onFailure;
  }

  /** Returns the id of the target that takes dead letters; null for none. */
  public @Nullable String deadLetter() {
    return deadLetter;
  }

  /** Returns whether this target takes dead letters and nothing else. */
  public boolean deadLetterOnly() {
    return deadLetterOnly;
  }

  /** Returns what happens to a record whose message is larger than the destination takes. */
  public Oversize oversize() {
    return oversize;
  }

  /**
   * Returns where bodies are stored that are too large, such as {@code s3://bucket/prefix}; null
   * for nowhere.
   */
  public @Nullable String claimCheck() {
    return claimCheck;
  }

  /** Returns the EventBridge pattern, as JSON, that records must match; null for all. */
  public @Nullable String filter() {
    return filter;
  }

  /** Returns the name of the transform that the host registered; null for none. */
  public @Nullable String transform() {
    return transform;
  }

  /** Returns how many sends may be under way at once. */
  public int maxInFlight() {
    return maxInFlight;
  }

  /** Returns how hard and how fast the target is tried, and what happens while it is down. */
  public DeliveryPolicy delivery() {
    return delivery;
  }

  /**
   * Returns what happens to records while the target is down: what the row says, else {@code HOLD}
   * where {@code maxRecordAge} says for how long, else what {@link OnOpen#following follows} from
   * {@code onFailure}.
   */
  public OnOpen onOpen() {
    OnOpen chosen = delivery.onOpen();
    if (chosen != null) {
      return chosen;
    }
    return delivery.maxRecordAge() != null ? OnOpen.HOLD : OnOpen.following(onFailure);
  }

  /** Returns a limit lowered by this row's {@code maxMessages}, {@code maxBatchBytes} and so on. */
  public Limits lower(Limits limits) {
    long batch =
        maxBatchBytes == null
            ? limits.maxBatchBytes()
            : Math.min(maxBatchBytes, limits.maxBatchBytes());
    long each =
        maxMessageBytes == null
            ? limits.maxMessageBytes()
            : Math.min(maxMessageBytes, limits.maxMessageBytes());
    return Limits.of(
        maxMessages == null ? limits.maxMessages() : Math.min(maxMessages, limits.maxMessages()),
        batch,
        Math.min(batch, each));
  }

  /** Returns the {@code maxMessages} column; null if absent. */
  public @Nullable Integer maxMessages() {
    return maxMessages;
  }

  /** Returns the {@code maxBatchBytes} column; null if absent. */
  public @Nullable Long maxBatchBytes() {
    return maxBatchBytes;
  }

  /** Returns the {@code maxMessageBytes} column; null if absent. */
  public @Nullable Long maxMessageBytes() {
    return maxMessageBytes;
  }

  /** Returns what only the type knows. */
  public Map<String, String> options() {
    return options;
  }

  /** Returns one option, or its default if the row does not name it. */
  public String option(String name, String standard) {
    return options.getOrDefault(name, standard);
  }

  /** Returns columns that nobody here understands; they are kept, and worth a warning. */
  public Map<String, Object> unknownColumns() {
    return unknownColumns;
  }

  /** Returns a builder that starts from this target. */
  public Builder toBuilder() {
    Builder builder = new Builder(source, id, type, destination);
    builder.active = active;
    builder.role = role;
    builder.externalId = externalId;
    builder.region = region;
    builder.collapse = collapse;
    builder.parallel = parallel;
    builder.convertDdb = convertDdb;
    builder.deaggregate = deaggregate;
    builder.appendNewlines = appendNewlines;
    builder.wholeChange = wholeChange;
    builder.passthrough = passthrough;
    builder.ordering = ordering;
    builder.onFailure = onFailure;
    builder.deadLetter = deadLetter;
    builder.deadLetterOnly = deadLetterOnly;
    builder.oversize = oversize;
    builder.claimCheck = claimCheck;
    builder.filter = filter;
    builder.transform = transform;
    builder.maxInFlight = maxInFlight;
    builder.delivery = delivery;
    builder.maxMessages = maxMessages;
    builder.maxBatchBytes = maxBatchBytes;
    builder.maxMessageBytes = maxMessageBytes;
    builder.options = options;
    builder.unknownColumns = unknownColumns;
    return builder;
  }

  /** Two targets are equal when their rows are. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof TargetConfig that && toRow().equals(that.toRow()));
  }

  @Override
  public int hashCode() {
    return Objects.hash(source, id, type, destination);
  }

  @Override
  public String toString() {
    return "TargetConfig[" + source.id() + " " + id + " " + type + "]";
  }

  /** Builds a target; not thread-safe. */
  public static final class Builder {
    private final Source source;
    private final String id;
    private final String type;
    private final String destination;
    private boolean active = true;
    private @Nullable String role;
    private @Nullable String externalId;
    private @Nullable String region;
    private @Nullable String collapse;
    private boolean parallel = true;
    private boolean convertDdb;
    private boolean deaggregate;
    private boolean appendNewlines;
    private boolean wholeChange;
    private boolean passthrough;
    private @Nullable Ordering ordering;
    private OnFailure onFailure = OnFailure.HOLD;
    private @Nullable String deadLetter;
    private boolean deadLetterOnly;
    private Oversize oversize = Oversize.REJECT;
    private @Nullable String claimCheck;
    private @Nullable String filter;
    private @Nullable String transform;
    private int maxInFlight = DEFAULT_MAX_IN_FLIGHT;
    private DeliveryPolicy delivery = DeliveryPolicy.DEFAULT;
    private @Nullable Integer maxMessages;
    private @Nullable Long maxBatchBytes;
    private @Nullable Long maxMessageBytes;
    private Map<String, String> options = Map.of();
    private Map<String, Object> unknownColumns = Map.of();

    private Builder(Source source, String id, String type, String destination) {
      this.source = Objects.requireNonNull(source, "source");
      this.id = Objects.requireNonNull(id, "id");
      this.type = Objects.requireNonNull(type, "type");
      this.destination = Objects.requireNonNull(destination, "destination");
    }

    /** Sets whether the target takes part; true by default. */
    public Builder active(boolean newActive) {
      active = newActive;
      return this;
    }

    /** Sets the role to assume. */
    public Builder role(@Nullable String newRole) {
      role = newRole;
      return this;
    }

    /** Sets the external id that goes with the role. */
    public Builder externalId(@Nullable String newExternalId) {
      externalId = newExternalId;
      return this;
    }

    /** Sets the destination's region. */
    public Builder region(@Nullable String newRegion) {
      region = newRegion;
      return this;
    }

    /** Sets the collapse mode. */
    public Builder collapse(Collapse newCollapse) {
      return collapse(newCollapse.column());
    }

    /** Sets the {@code collapse} column as it was written. */
    public Builder collapse(@Nullable String newCollapse) {
      collapse = newCollapse;
      return this;
    }

    /** Sets the original's {@code parallel}; true by default. */
    public Builder parallel(boolean newParallel) {
      parallel = newParallel;
      return this;
    }

    /** Sets whether DynamoDB attribute values become plain JSON. */
    public Builder convertDdb(boolean newConvertDdb) {
      convertDdb = newConvertDdb;
      return this;
    }

    /** Sets whether KPL aggregates are taken apart. */
    public Builder deaggregate(boolean newDeaggregate) {
      deaggregate = newDeaggregate;
      return this;
    }

    /** Sets whether each record's data gets a newline at its end. */
    public Builder appendNewlines(boolean newAppendNewlines) {
      appendNewlines = newAppendNewlines;
      return this;
    }

    /** Sets whether a table change is sent as a whole. */
    public Builder wholeChange(boolean newWholeChange) {
      wholeChange = newWholeChange;
      return this;
    }

    /** Sets the original's {@code passthrough}. */
    public Builder passthrough(boolean newPassthrough) {
      passthrough = newPassthrough;
      return this;
    }

    /** Sets the order to keep. */
    public Builder ordering(@Nullable Ordering newOrdering) {
      ordering = newOrdering;
      return this;
    }

    /** Sets what happens to records that fail for good; {@code HOLD} by default. */
    public Builder onFailure(OnFailure newOnFailure) {
      onFailure = Objects.requireNonNull(newOnFailure, "onFailure");
      return this;
    }

    /** Sets the id of the target that takes dead letters. */
    public Builder deadLetter(@Nullable String newDeadLetter) {
      deadLetter = newDeadLetter;
      return this;
    }

    /** Sets whether this target takes dead letters and nothing else. */
    public Builder deadLetterOnly(boolean newDeadLetterOnly) {
      deadLetterOnly = newDeadLetterOnly;
      return this;
    }

    /** Sets what happens to a record that is too large; {@code REJECT} by default. */
    public Builder oversize(Oversize newOversize) {
      oversize = Objects.requireNonNull(newOversize, "oversize");
      return this;
    }

    /** Sets where bodies are stored that are too large. */
    public Builder claimCheck(@Nullable String newClaimCheck) {
      claimCheck = newClaimCheck;
      return this;
    }

    /** Sets the EventBridge pattern, as JSON. */
    public Builder filter(@Nullable String newFilter) {
      filter = newFilter;
      return this;
    }

    /** Sets the name of a registered transform. */
    public Builder transform(@Nullable String newTransform) {
      transform = newTransform;
      return this;
    }

    /** Sets how many sends may be under way at once; 2 by default, as in aws-lambda-fanout. */
    public Builder maxInFlight(int newMaxInFlight) {
      maxInFlight = newMaxInFlight;
      return this;
    }

    /** Sets how hard and how fast the target is tried, and what happens while it is down. */
    public Builder delivery(DeliveryPolicy newDelivery) {
      delivery = Objects.requireNonNull(newDelivery, "delivery");
      return this;
    }

    /** Lowers the number of messages in a call. */
    public Builder maxMessages(@Nullable Integer newMaxMessages) {
      maxMessages = newMaxMessages;
      return this;
    }

    /** Lowers the bytes in a call. */
    public Builder maxBatchBytes(@Nullable Long newMaxBatchBytes) {
      maxBatchBytes = newMaxBatchBytes;
      return this;
    }

    /** Lowers the bytes of a message. */
    public Builder maxMessageBytes(@Nullable Long newMaxMessageBytes) {
      maxMessageBytes = newMaxMessageBytes;
      return this;
    }

    /** Sets what only the type knows. */
    public Builder options(Map<String, String> newOptions) {
      options = newOptions;
      return this;
    }

    /** Sets columns that nobody here understands. */
    Builder unknownColumns(Map<String, Object> newUnknownColumns) {
      unknownColumns = newUnknownColumns;
      return this;
    }

    /**
     * Returns the target.
     *
     * @throws InvalidTargetException if a number is below 1 or an id is empty, or the delivery
     *     policy does not fit {@code onFailure}
     */
    public TargetConfig build() {
      TargetRow.requireSound(
          id, type, destination, maxInFlight, maxMessages, maxBatchBytes, maxMessageBytes);
      List<String> unfit = delivery.problemsWith(onFailure);
      if (!unfit.isEmpty()) {
        throw new InvalidTargetException(unfit);
      }
      return new TargetConfig(this);
    }
  }

  /** Two workers a target, as in aws-lambda-fanout. */
  private static final int DEFAULT_MAX_IN_FLIGHT = 2;
}
