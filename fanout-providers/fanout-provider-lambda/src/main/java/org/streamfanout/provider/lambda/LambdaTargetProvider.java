package org.streamfanout.provider.lambda;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsDestinations.Named;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.BodyFormat;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;
import software.amazon.awssdk.services.lambda.model.InvocationType;

/** Invokes Lambda functions with the events that their sources would make. Thread-safe. */
public final class LambdaTargetProvider implements TargetProvider {
  /**
   * 10,000 records, as many as a stream's own event has, and a payload of less than 1 MB, which
   * Lambda's pages use for 1,024 KB; {@code {"Records":[]}} is set aside. Until 2025-10 the limit
   * was 256 KB; where it still is, the first refusal teaches it. See <a
   * href="https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html">Invoke</a>, checked
   * 2026-11 in a copy.
   */
  public static final Limits LIMITS = limits(Payload.ASYNCHRONOUS, "{\"Records\":[]}".length());

  /**
   * The limits of {@code invocation=RequestResponse}: a payload of less than 6 MB. See <a
   * href="https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html">Invoke</a>, checked
   * 2026-11 in a copy.
   */
  public static final Limits REQUEST_RESPONSE_LIMITS =
      limits(Payload.SYNCHRONOUS, "{\"Records\":[]}".length());

  /**
   * What a payload may have at most. Lambda refuses what is not <i>smaller</i> than the limit:
   * "Request must be smaller than 6291456 bytes".
   */
  private static final class Payload {
    static final long ASYNCHRONOUS = 1_048_575;
    static final long SYNCHRONOUS = 6_291_455;
  }

  private static final int MAX_RECORDS = 10_000;
  private static final String INVOCATION = "invocation";
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_-]{1,64}(?::(?:\\$LATEST|[A-Za-z0-9_-]{1,128}))?");
  private static final Pattern PARTIAL_ARN = Pattern.compile("\\d{12}:function:" + NAME);
  private static final String SYNTAX =
      "<name>[:<alias or version>], <account>:function:<name>[:<alias or version>] or"
          + " arn:<partition>:lambda:<region>:<account>:function:<name>[:<alias or version>]";

  /** Makes the provider. */
  public LambdaTargetProvider() {}

  /** Every record counts with a comma, which the first does not have. */
  private static Limits limits(long payload, long wrapper) {
    long records = payload - wrapper + 1;
    return Limits.of(MAX_RECORDS, records, records);
  }

  @Override
  public String type() {
    return "lambda";
  }

  @Override
  public Description describe() {
    return AwsDestinations.accessOptions(
            Description.builder(
                "A Lambda function, in this account or, by ARN, in another; invoked with the event that"
                    + " the source itself would invoke it with. A record that came in a Lambda event is"
                    + " passed on as it stood there. Any other (of another host, out of an aggregate,"
                    + " transformed) is written anew, without what only Lambda knows: Kinesis"
                    + " invokeIdentityArn; DynamoDB SizeBytes, StreamViewType and userIdentity; Kafka"
                    + " timestampType and, for MSK, bootstrapServers; SQS receiptHandle and attributes;"
                    + " SNS subscription, subject, attributes and signature. A user record of an"
                    + " aggregate has its own key and data, the aggregate's sequence number, and an"
                    + " eventID that ends in #<part>; an explicit hash key is added. A change of a"
                    + " table that a transform replaced has only dynamodb.data, in base64. What"
                    + " convertDDB and wholeChange make of a change shows with the column passthrough"
                    + " only, which sends {\"Records\":[{key, sequenceNumber, subSequenceNumber, data in"
                    + " base64, action, source, region}]} instead. Nothing here notices a loop: do not"
                    + " name the function that runs Fanout, nor one that writes to the source."))
        .destination(SYNTAX)
        .example("arn:aws:lambda:eu-west-1:123456789012:function:orders")
        .ordering(
            "An event's records are in order. Event invocations are queued by Lambda, which may run"
                + " several at once and in any order; RequestResponse under BATCH or SHARD keeps"
                + " the order from call to call, at one call at a time.")
        .duplicates(
            "A record that is sent twice is in two events, with the same eventID, or topic,"
                + " partition and offset. Lambda itself may run an Event invocation twice.")
        .limits(
            "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, checked 2026-11 in a"
                + " copy: a payload below 1 MiB, or 6 MiB for RequestResponse, binary"
                + " data counted in base64. Not asked for; a refusal by size teaches a lower one.")
        .retried(
            "Throttling and used up addresses of a VPC slow the target down. Errors of Lambda, a"
                + " function that is being updated, timeouts and lost connections are tried again,"
                + " and so is, with RequestResponse, a function that fails: it runs again with the"
                + " same event. What fails after an Event invocation was taken is Lambda's to retry,"
                + " and lost in the end unless the function has a dead-letter queue or a destination"
                + " for failures.")
        .rejected(
            "A record that is too large alone; a record of a queue or topic that is not text."
                + " Denials, a missing function and a function that cannot start stop the target.")
        .option(
            INVOCATION,
            "Event, RequestResponse",
            "Event",
            "Event is done when Lambda has queued the event. RequestResponse waits for the"
                + " function, up to the attempt's timeout, and takes a FunctionError for a failure.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    SourceEvent event = SourceEvent.of(target);
    Source.Type source = target.source().type();
    boolean isText = source == Source.Type.SQS || source == Source.Type.SNS;
    boolean waits = target.option(INVOCATION, "").equals("RequestResponse");
    return Capabilities.builder(
            limits(waits ? Payload.SYNCHRONOUS : Payload.ASYNCHRONOUS, event.wrapperBytes()))
        .bodyFormat(isText ? BodyFormat.TEXT : BodyFormat.BINARY)
        .callOrder(CallOrder.PREFIX)
        .tombstones(source == Source.Type.KAFKA)
        .wholeRecord(true)
        .build();
  }

  private static Optional<Named> function(TargetConfig target) {
    String destination = target.destination();
    return PARTIAL_ARN.matcher(destination).matches()
        ? Optional.of(new Named(destination, null))
        : AwsDestinations.nameOrArn(destination, "lambda", "function:", NAME);
  }

  private static Optional<InvocationType> invocation(TargetConfig target) {
    return switch (target.option(INVOCATION, "Event")) {
      case "Event" -> Optional.of(InvocationType.EVENT);
      case "RequestResponse" -> Optional.of(InvocationType.REQUEST_RESPONSE);
      default -> Optional.empty();
    };
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<Named> function = function(target);
    List<String> problems =
        AwsDestinations.accessProblems(
            target, function.map(Named::region).orElse(null), permissions(target), context);
    if (function.isEmpty()) {
      problems.add(problem(target));
    }
    if (invocation(target).isEmpty()) {
      problems.add(
          "option 'invocation' is '"
              + target.option(INVOCATION, "")
              + "'; write Event or RequestResponse");
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  private static String problem(TargetConfig target) {
    return "destination '" + target.destination() + "' is not a function; write " + SYNTAX;
  }

  @Override
  public List<Permission> permissions(TargetConfig target) {
    return AwsDestinations.permissions(
        target, function(target).map(Named::arn).orElse(null), "lambda:InvokeFunction");
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    Named function =
        function(target).orElseThrow(() -> new InvalidTargetException(List.of(problem(target))));
    return new LambdaSender(
        target,
        AwsAccess.of(target, function.region(), permissions(target)),
        invocation(target).orElse(InvocationType.EVENT),
        context);
  }
}
