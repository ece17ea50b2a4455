package org.streamfanout.spi;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads and writes a target's row: the one place that knows the column names. */
final class TargetRow {
  private final Map<String, ?> row;
  private final List<String> problems = new ArrayList<>();
  private final Map<String, Object> unread;
  private final Set<String> understood = new LinkedHashSet<>();

  private TargetRow(Map<String, ?> row) {
    this.row = row;
    this.unread = new LinkedHashMap<>(row);
  }

  static String idOf(Map<String, ?> row) {
    return row.get("id") instanceof String id && !id.isBlank() ? id : "(a row without id)";
  }

  static boolean isSwitchedOff(Map<String, ?> row) {
    Object active = row.get("active");
    return active == null || "false".equals(active) || Boolean.FALSE.equals(active);
  }

  static TargetConfig read(Map<String, ?> row) {
    return new TargetRow(row).read();
  }

  private TargetConfig read() {
    String sourceId = required("sourceArn");
    String id = required("id");
    String type = required("type");
    String destination = required("destination");
    Source source = null;
    if (sourceId != null) {
      try {
        source = Source.of(sourceId);
      } catch (IllegalArgumentException e) {
        problems.add("column 'sourceArn': " + e.getMessage());
      }
    }
    // Placeholders let the rest be read and every problem be found; such a row is never returned.
    TargetConfig.Builder builder =
        TargetConfig.builder(
            source != null ? source : new Source("?", Source.Type.KINESIS, null),
            Objects.requireNonNullElse(id, "?"),
            Objects.requireNonNullElse(type, "?"),
            Objects.requireNonNullElse(destination, "?"));
    int found = problems.size();
    OnFailure onFailure =
        Objects.requireNonNullElse(choice("onFailure", OnFailure.class), OnFailure.HOLD);
    DeliveryPolicy delivery = delivery();
    if (problems.size() == found) {
      problems.addAll(delivery.problemsWith(onFailure));
    }
    builder
        .active(flag("active", false))
        .role(text("role"))
        .externalId(text("externalId"))
        .region(text("region"))
        .collapse(text("collapse"))
        .parallel(flag("parallel", true))
        .convertDdb(flag("convertDDB", false))
        .deaggregate(flag("deaggregate", false))
        .appendNewlines(flag("appendNewlines", false))
        .wholeChange(flag("wholeChange", false))
        .passthrough(flag("passthrough", false))
        .ordering(choice("ordering", Ordering.class))
        .onFailure(onFailure)
        .delivery(delivery)
        .deadLetter(text("deadLetter"))
        .deadLetterOnly(flag("deadLetterOnly", false))
        .oversize(Objects.requireNonNullElse(choice("oversize", Oversize.class), Oversize.REJECT))
        .claimCheck(text("claimCheck"))
        .filter(text("filter"))
        .transform(text("transform"))
        .maxMessages(toInt(number("maxMessages", Integer.MAX_VALUE)))
        .maxBatchBytes(number("maxBatchBytes", Long.MAX_VALUE))
        .maxMessageBytes(number("maxMessageBytes", Long.MAX_VALUE))
        .options(options());
    Integer maxInFlight = toInt(number("maxInFlight", MAX_IN_FLIGHT_BOUND));
    if (maxInFlight != null) {
      builder.maxInFlight(maxInFlight);
    }
    unread.values().removeIf(Objects::isNull);
    builder.unknownColumns(unread);
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
    return builder.build();
  }

  private DeliveryPolicy delivery() {
    DeliveryPolicy.Builder delivery =
        DeliveryPolicy.builder()
            .maxAttempts(toInt(number("maxAttempts", DeliveryPolicy.MAX_ATTEMPTS_BOUND)))
            .onOpen(choice("onOpen", OnOpen.class))
            .maxRecordsPerSecond(number("maxRecordsPerSecond", Long.MAX_VALUE))
            .maxBytesPerSecond(number("maxBytesPerSecond", Long.MAX_VALUE));
    Long age = number("maxRecordAge", DeliveryPolicy.MAX_RECORD_AGE_BOUND);
    if (age != null) {
      delivery.maxRecordAge(Duration.ofSeconds(age));
    }
    Integer budget = toInt(number("retryBudget", DeliveryPolicy.RETRY_BUDGET_BOUND));
    if (budget != null) {
      delivery.retryBudgetPercent(budget);
    }
    return delivery.build();
  }

  /** More sends at once than this is a slip of the keyboard, not a plan. */
  private static final int MAX_IN_FLIGHT_BOUND = 1_000;

  static void requireSound(
      String id,
      String type,
      String destination,
      int maxInFlight,
      @Nullable Integer maxMessages,
      @Nullable Long maxBatchBytes,
      @Nullable Long maxMessageBytes) {
    List<String> problems = new ArrayList<>();
    if (id.isBlank() || type.isBlank() || destination.isBlank()) {
      problems.add("id, type and destination must not be empty");
    }
    if (maxInFlight < 1 || maxInFlight > MAX_IN_FLIGHT_BOUND) {
      problems.add("maxInFlight " + maxInFlight + " is not within 1 to " + MAX_IN_FLIGHT_BOUND);
    }
    if ((maxMessages != null && maxMessages < 1)
        || (maxBatchBytes != null && maxBatchBytes < 1)
        || (maxMessageBytes != null && maxMessageBytes < 1)) {
      problems.add("maxMessages, maxBatchBytes and maxMessageBytes must be at least 1");
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  static Map<String, Object> write(TargetConfig target) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("sourceArn", target.source().id());
    row.put("id", target.id());
    row.put("type", target.type());
    row.put("destination", target.destination());
    row.put("active", target.active());
    put(row, "role", target.role(), null);
    put(row, "externalId", target.externalId(), null);
    put(row, "region", target.region(), null);
    put(row, "collapse", target.collapse(), null);
    put(row, "parallel", target.parallel(), true);
    put(row, "convertDDB", target.convertDdb(), false);
    put(row, "deaggregate", target.deaggregate(), false);
    put(row, "appendNewlines", target.appendNewlines(), false);
    put(row, "wholeChange", target.wholeChange(), false);
    put(row, "passthrough", target.passthrough(), false);
    Ordering ordering = target.orderingColumn();
    put(row, "ordering", ordering == null ? null : ordering.name(), null);
    put(row, "onFailure", target.onFailure().name(), OnFailure.HOLD.name());
    put(row, "deadLetter", target.deadLetter(), null);
    put(row, "deadLetterOnly", target.deadLetterOnly(), false);
    put(row, "oversize", target.oversize().name(), Oversize.REJECT.name());
    put(row, "claimCheck", target.claimCheck(), null);
    put(row, "filter", target.filter(), null);
    put(row, "transform", target.transform(), null);
    put(row, "maxInFlight", target.maxInFlight(), null);
    writeDelivery(row, target.delivery());
    put(row, "maxMessages", target.maxMessages(), null);
    put(row, "maxBatchBytes", target.maxBatchBytes(), null);
    put(row, "maxMessageBytes", target.maxMessageBytes(), null);
    put(row, "options", target.options().isEmpty() ? null : target.options(), null);
    row.putAll(target.unknownColumns());
    return row;
  }

  private static void writeDelivery(Map<String, Object> row, DeliveryPolicy delivery) {
    put(row, "maxAttempts", delivery.maxAttempts(), null);
    Duration age = delivery.maxRecordAge();
    put(row, "maxRecordAge", age == null ? null : age.toSeconds(), null);
    OnOpen onOpen = delivery.onOpen();
    put(row, "onOpen", onOpen == null ? null : onOpen.name(), null);
    put(row, "maxRecordsPerSecond", delivery.maxRecordsPerSecond(), null);
    put(row, "maxBytesPerSecond", delivery.maxBytesPerSecond(), null);
    put(row, "retryBudget", delivery.retryBudgetPercent(), DeliveryPolicy.DEFAULT_RETRY_BUDGET);
  }

  private static void put(
      Map<String, Object> row, String column, @Nullable Object value, @Nullable Object standard) {
    if (value != null && !value.equals(standard)) {
      row.put(column, value);
    }
  }

  /** The columns that are asked for of any row. */
  static Set<String> columns() {
    TargetRow any = new TargetRow(Map.of());
    try {
      any.read();
    } catch (InvalidTargetException everythingIsMissing) {
      // All have been asked for by then.
    }
    return Collections.unmodifiableSet(any.understood);
  }

  private @Nullable Object take(String column) {
    understood.add(column);
    unread.remove(column);
    return row.get(column);
  }

  private @Nullable String required(String column) {
    String value = text(column);
    if (value == null && !(row.get(column) != null && !(row.get(column) instanceof String))) {
      problems.add("column '" + column + "' is missing or empty");
    }
    return value;
  }

  private @Nullable String text(String column) {
    Object value = take(column);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text)) {
      problems.add("column '" + column + "' is not text");
      return null;
    }
    return text.isBlank() ? null : text;
  }

  private boolean flag(String column, boolean standard) {
    Object value = take(column);
    if (value == null) {
      return standard;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    if ("true".equals(value) || "false".equals(value)) {
      return "true".equals(value);
    }
    problems.add("column '" + column + "' is '" + value + "', not true or false");
    return standard;
  }

  private <E extends Enum<E>> @Nullable E choice(String column, Class<E> type) {
    String value = text(column);
    if (value == null) {
      return null;
    }
    String wanted = value.toUpperCase(Locale.ROOT).replace('-', '_');
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(wanted)) {
        return constant;
      }
    }
    problems.add(
        "column '"
            + column
            + "' is '"
            + value
            + "', not one of "
            + Arrays.toString(type.getEnumConstants()));
    return null;
  }

  private @Nullable Long number(String column, long greatest) {
    Object value = take(column);
    if (value == null) {
      return null;
    }
    try {
      long number = new BigDecimal(value.toString()).longValueExact();
      if (number >= 1 && number <= greatest) {
        return number;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // said below, with the value
    }
    problems.add(
        "column '" + column + "' is '" + value + "', not a whole number from 1 to " + greatest);
    return null;
  }

  private static @Nullable Integer toInt(@Nullable Long number) {
    return number == null ? null : Math.toIntExact(number);
  }

  private Map<String, String> options() {
    Object value = take("options");
    if (value == null) {
      return Map.of();
    }
    if (!(value instanceof Map<?, ?> map)) {
      problems.add("column 'options' is not a map of option names to values");
      return Map.of();
    }
    Map<String, String> options = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      Object option = entry.getValue();
      if (entry.getKey() instanceof String name
          && (option instanceof String || option instanceof Number || option instanceof Boolean)) {
        options.put(name, option.toString());
      } else {
        problems.add("option '" + entry.getKey() + "' is neither text nor a number nor a boolean");
      }
    }
    return options;
  }
}
