package org.streamfanout.provider.iot;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsDestinations.ServiceHost;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** Publishes to MQTT topics of AWS IoT Core, over HTTPS. Thread-safe. */
public final class IotTargetProvider implements TargetProvider {
  /**
   * One message a call, of 128 KB, which the pages of IoT use for 131,072 bytes. See <a
   * href="https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits">the
   * message broker's quotas</a>, as known 2026-11.
   */
  public static final Limits LIMITS = Limits.of(1, 131_072, 131_072);

  private static final String QOS = "qos";
  private static final String SYNTAX = "<id>-ats.iot.<region>.<domain>#<topic>";

  /** Makes the provider. */
  public IotTargetProvider() {}

  @Override
  public String type() {
    return "iot";
  }

  @Override
  public Description describe() {
    return AwsDestinations.accessOptions(
            Description.builder("An MQTT topic of AWS IoT Core, published to over HTTPS."))
        .destination(
            SYNTAX
                + ", the endpoint of type iot:Data-ATS and the topic; the topic may hold {key}. The"
                + " old <id>.iot.<region>.<domain> is read as today's.")
        .example("a1b2c3d4e5f6g7-ats.iot.eu-west-1.amazonaws.com#orders/new")
        .ordering(
            "One message a call. KEY, BATCH and SHARD order the calls, at one call at a time for"
                + " each lane; the broker promises subscribers no order.")
        .duplicates(
            "A message that is sent twice is published twice. With qos 1 the broker may deliver it"
                + " twice anyway.")
        .limits(
            "The message broker's quotas,"
                + " https://docs.aws.amazon.com/general/latest/gr/iot-core.html, as known 2026-11:"
                + " 128 KB a payload; a topic of 256 bytes and 7 slashes. Not asked for.")
        .retried(
            "Throttling slows the target down. Errors of the service, timeouts, lost connections"
                + " and expired credentials are tried again.")
        .rejected(
            "A payload that is too large, or that the service calls invalid; with {key} in the"
                + " topic, a message whose key makes no topic that topicPattern allows. Denials and"
                + " bad credentials stop the target.")
        .option(
            QOS,
            "0, 1",
            "0",
            "The quality of service: 0 is delivered at most once to each subscriber, 1 at least"
                + " once.")
        .option(
            Topic.PATTERN,
            "a topic with * for any text within a level",
            "none",
            "Which topics a key may make; needed with {key}, such as devices/*/data for"
                + " devices/{key}/data. A key with / + # or $ is never taken. With {key}, records"
                + " are not joined.")
        .build();
  }

  /** Records that are joined have several keys, and only one topic. */
  @Override
  public Capabilities capabilities(TargetConfig target) {
    Capabilities.Builder capabilities = Capabilities.builder(LIMITS).claimChecks(true);
    if (!Topic.hasKey(topic(target))) {
      capabilities.collapses(EnumSet.allOf(Collapse.class), Collapse.JSON);
    }
    return capabilities.build();
  }

  private static Optional<IotEndpoint> endpoint(TargetConfig target, ProviderContext context) {
    String destination = target.destination();
    int mark = destination.indexOf('#');
    return mark < 0 ? Optional.empty() : IotEndpoint.parse(destination.substring(0, mark), context);
  }

  private static String topic(TargetConfig target) {
    return target.destination().substring(target.destination().indexOf('#') + 1);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<IotEndpoint> endpoint = endpoint(target, context);
    List<String> problems =
        AwsDestinations.accessProblems(
            target, endpoint.map(IotEndpoint::region).orElse(null), permissions(target), context);
    if (endpoint.isEmpty()) {
      problems.add(problem(target));
    }
    if (target.destination().indexOf('#') >= 0) {
      problems.addAll(Topic.problems(topic(target), target));
    }
    String qos = target.option(QOS, "0");
    if (!qos.equals("0") && !qos.equals("1")) {
      problems.add("option 'qos' is '" + qos + "'; write 0 or 1");
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  private static String problem(TargetConfig target) {
    return "destination '"
        + target.destination()
        + "' is not a data endpoint and a topic; write "
        + SYNTAX
        + ", or allow its host by the setting "
        + ProviderContext.ALLOWED_HOSTS;
  }

  @Override
  public List<Permission> permissions(TargetConfig target) {
    return AwsDestinations.permissions(target, topicArn(target), "iot:Publish");
  }

  /** The account is the caller's, which a destination does not tell. */
  private static @Nullable Arn topicArn(TargetConfig target) {
    int mark = target.destination().indexOf('#');
    ServiceHost host =
        mark < 0
            ? null
            : IotEndpoint.aws(target.destination().substring(0, mark))
                .map(IotEndpoint::host)
                .orElse(null);
    return host == null
        ? null
        : new Arn(
            host.partition(),
            "iot",
            host.region(),
            "*",
            "topic/" + topic(target).replace(Topic.KEY, "*"));
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    IotEndpoint endpoint =
        endpoint(target, context)
            .orElseThrow(() -> new InvalidTargetException(List.of(problem(target))));
    int qos = Integer.parseInt(target.option(QOS, "0"));
    AwsAccess access =
        AwsAccess.of(target, endpoint.region(), permissions(target)).withEndpoint(endpoint.url());
    return new IotSender(access, Topic.of(topic(target), target), qos, context);
  }
}
