package org.streamfanout.provider.eventbridge;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsDestinations.Named;
import org.streamfanout.aws.RecordTemplate;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** Delivers to EventBridge event buses, an event for each record. Thread-safe. */
public final class EventBridgeTargetProvider implements TargetProvider {
  /**
   * 10 entries a call, and less than 256 KiB for all of them together. See <a
   * href="https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html">
   * PutEvents</a> and <a
   * href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html">the size
   * of entries</a>, as known 2026-11.
   */
  public static final Limits LIMITS = Limits.of(10, 262_143, 262_143);

  static final String SOURCE = "source";
  static final String STANDARD_SOURCE = "fanout";
  static final String DETAIL_TYPE = "detailType";
  static final String STANDARD_DETAIL_TYPE = "record";

  /**
   * Names of buses that take custom events, as <a
   * href="https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html">
   * CreateEventBus</a> has them (as known 2026-11).
   */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,256}");

  /** At most 256 characters; those of AWS's own services are reserved. */
  private static final Pattern LEGAL_SOURCE = Pattern.compile("(?!aws\\.)[!-~]{1,256}");

  private static final String SYNTAX =
      "<name>, such as default, or arn:<partition>:events:<region>:<account>:event-bus/<name>";

  /** Makes the provider. */
  public EventBridgeTargetProvider() {}

  @Override
  public String type() {
    return "eventbridge";
  }

  @Override
  public Description describe() {
    return AwsDestinations.accessOptions(
            Description.builder(
                "An EventBridge event bus, in this account or, by ARN, in another: an event for each"
                    + " record, with the record's JSON object as its detail, its arrival as its time"
                    + " and the source's ARN as its resource."))
        .destination(SYNTAX)
        .example("arn:aws:events:eu-west-1:123456789012:event-bus/orders")
        .ordering(
            "EventBridge promises no order. KEY sends one record of a key a call, and SHARD one"
                + " record a call, which orders the sends only.")
        .duplicates("An event that is sent twice is matched twice.")
        .limits(
            "PutEvents: 10 events, less than 256 KiB together, by EventBridge's own count of time,"
                + " source, detail type, detail and resources"
                + " (docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html, as"
                + " known 2026-11). Not asked live: a bus has no others.")
        .retried(
            "Events and calls that fail by throttling or an internal failure; 5xx, timeouts, lost"
                + " connections and expired credentials.")
        .rejected(
            "A body that is not one JSON object, and what EventBridge calls malformed; an event"
                + " without a detail type, or with one longer than 128 characters. A claim check's"
                + " detail is {\"claimCheck\":<pointer>}, without the record's fields. A missing bus,"
                + " a denial, and a source or detail type that the bus does not allow stop the"
                + " target.")
        .option(
            SOURCE, "up to 256 characters, not aws.*", STANDARD_SOURCE, "The source of the events.")
        .option(
            DETAIL_TYPE,
            "text with " + RecordTemplate.SYNTAX,
            STANDARD_DETAIL_TYPE,
            "The detail type of the events, up to 128 characters: {field:type}")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS).claimChecks(true).build();
  }

  private static Optional<Named> bus(TargetConfig target) {
    return AwsDestinations.nameOrArn(target.destination(), "events", "event-bus/", NAME);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<Named> bus = bus(target);
    List<String> problems =
        AwsDestinations.accessProblems(
            target, bus.map(Named::region).orElse(null), permissions(target), context);
    if (bus.isEmpty()) {
      problems.add(problem(target));
    }
    String source = target.option(SOURCE, STANDARD_SOURCE);
    if (!LEGAL_SOURCE.matcher(source).matches()) {
      problems.add(
          "option '"
              + SOURCE
              + "' is '"
              + source
              + "'; write 1 to 256 characters without spaces that do not begin with aws.");
    }
    try {
      detailType(target);
    } catch (IllegalArgumentException notATemplate) {
      problems.add("option '" + DETAIL_TYPE + "': " + notATemplate.getMessage());
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  private static RecordTemplate detailType(TargetConfig target) {
    String text = target.option(DETAIL_TYPE, STANDARD_DETAIL_TYPE);
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          "it is empty; write " + RecordTemplate.SYNTAX + " or text");
    }
    return RecordTemplate.parse(text);
  }

  private static String problem(TargetConfig target) {
    return "destination '" + target.destination() + "' is not an event bus; write " + SYNTAX;
  }

  @Override
  public List<Permission> permissions(TargetConfig target) {
    return AwsDestinations.permissions(
        target,
        bus(target).map(Named::arn).orElse(null),
        "events:PutEvents",
        "events:DescribeEventBus");
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    Named bus = bus(target).orElseThrow(() -> new InvalidTargetException(List.of(problem(target))));
    EventEntries entries =
        new EventEntries(
            target.destination(),
            target.option(SOURCE, STANDARD_SOURCE),
            detailType(target),
            target.source());
    AwsAccess access = AwsAccess.of(target, bus.region(), permissions(target));
    return new EventBridgeSender(target, entries, access, context);
  }
}
