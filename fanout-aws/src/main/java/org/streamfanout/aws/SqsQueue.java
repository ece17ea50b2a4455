package org.streamfanout.aws;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.ProviderContext;

/**
 * A queue that a destination names, by its URL or its ARN. Immutable.
 *
 * @param url the queue's URL, as requests carry it
 * @param name its name
 * @param region the region that the destination names; null if it names none, as an operator's own
 *     host does not
 * @param arn its ARN; null if the URL does not tell it
 * @param endpoint where requests go if not to the region's standard endpoint; null for that one
 */
public record SqsQueue(
    String url, String name, @Nullable String region, @Nullable Arn arn, @Nullable URI endpoint) {

  /** Names are up to 80 characters, the suffix of a FIFO queue included. */
  private static final String NAME = "[A-Za-z0-9_-]{1,75}\\.fifo|[A-Za-z0-9_-]{1,80}";

  private static final Pattern ARN_NAME = Pattern.compile(NAME);
  private static final Pattern URL =
      Pattern.compile(
          "(https?)://([A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?|\\[[0-9A-Fa-f:]{2,45}])"
              + "(?::(\\d{1,5}))?((?:/[A-Za-z0-9_-]{1,64}){0,2})/("
              + NAME
              + ")");
  private static final Pattern ACCOUNT = Pattern.compile("/\\d{12}");
  private static final Pattern LEGACY =
      Pattern.compile("(?:([a-z0-9-]+)\\.)?queue\\.(amazonaws\\.com(?:\\.cn)?)");
  private static final int MAX_PORT = 65_535;

  /** Returns whether the queue is a FIFO queue. */
  public boolean isFifo() {
    return name.endsWith(".fifo");
  }

  /**
   * Reads a destination: {@code arn:<partition>:sqs:<region>:<account>:<name>}, or {@code
   * https://sqs.<region>.<domain>/<account>/<name>} on AWS's own hosts of any partition (standard,
   * FIPS, dual-stack, VPC endpoint), or a URL on a host that the operator allows. No look-up.
   *
   * @return the queue, or nothing if the text is none of these
   */
  public static Optional<SqsQueue> parse(String text, ProviderContext context) {
    return parse(text, context::setting);
  }

  private static Optional<SqsQueue> parse(String text, AwsHosts.Settings settings) {
    Optional<SqsQueue> byArn =
        AwsDestinations.arn(text, "sqs", "", ARN_NAME)
            .flatMap(
                named -> named.arn() == null ? Optional.empty() : ofArn(named.arn(), settings));
    return byArn.isPresent() ? byArn : byUrl(text, settings);
  }

  /** Returns the ARN of a destination; nothing if it does not tell it. */
  public static Optional<Arn> arnOf(String text) {
    return parse(text, name -> null).flatMap(queue -> Optional.ofNullable(queue.arn()));
  }

  private static Optional<SqsQueue> ofArn(Arn arn, AwsHosts.Settings settings) {
    URI operators = AwsHosts.endpoint(settings);
    return AwsPartition.ofId(arn.partition())
        .map(
            partition ->
                operators != null
                    ? operators.toString().replaceAll("/+$", "")
                    : "https://sqs." + arn.region() + "." + partition.suffix())
        .map(
            base ->
                new SqsQueue(
                    base + "/" + arn.account() + "/" + arn.resource(),
                    arn.resource(),
                    arn.region(),
                    arn,
                    null));
  }

  private static Optional<SqsQueue> byUrl(String text, AwsHosts.Settings settings) {
    Matcher matcher = URL.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String scheme = matcher.group(1);
    String host = matcher.group(2);
    String path = matcher.group(4);
    String name = matcher.group(5);
    int port =
        AwsHosts.port(scheme, matcher.group(3) == null ? -1 : Integer.parseInt(matcher.group(3)));
    if (port < 1 || port > MAX_PORT) {
      return Optional.empty();
    }
    URI itself = URI.create(text.substring(0, text.indexOf('/', scheme.length() + 3)));
    if (AwsHosts.isAllowed(host, port, settings)) {
      return Optional.of(new SqsQueue(text, name, null, null, itself));
    }
    if (!scheme.equals("https") || matcher.group(3) != null || !ACCOUNT.matcher(path).matches()) {
      return Optional.empty();
    }
    String account = path.substring(1);
    Matcher legacy = LEGACY.matcher(host);
    if (legacy.matches()) {
      return ofLegacyHost(text, legacy, account, name);
    }
    return AwsHosts.awsHost("sqs", host)
        .map(
            aws ->
                new SqsQueue(
                    text,
                    name,
                    aws.region(),
                    new Arn(aws.partition().id(), "sqs", aws.region(), account, name),
                    isStandard(aws, host) ? null : itself));
  }

  private static boolean isStandard(AwsHosts.AwsHost aws, String host) {
    return host.equals("sqs." + aws.region() + "." + aws.partition().suffix());
  }

  /** {@code queue.amazonaws.com} is us-east-1; the requests themselves go to today's host. */
  private static Optional<SqsQueue> ofLegacyHost(
      String text, Matcher legacy, String account, String name) {
    String region = legacy.group(1) == null ? "us-east-1" : legacy.group(1);
    for (AwsPartition partition : AwsPartition.values()) {
      if (partition.suffix().equals(legacy.group(2)) && partition.hasRegion(region)) {
        Arn arn = new Arn(partition.id(), "sqs", region, account, name);
        return Optional.of(new SqsQueue(text, name, region, arn, null));
      }
    }
    return Optional.empty();
  }
}
