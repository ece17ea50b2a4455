package org.streamfanout.spi;

import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where records come from: the key under which targets are registered.
 *
 * @param id a stream's, table stream's, topic's or queue's ARN, or {@code kafka://<bootstrap
 *     servers, sorted>/<topic>}
 * @param type what kind of stream it is
 * @param region the AWS region; null where there is none
 */
public record Source(String id, Type type, @Nullable String region) {

  /** The kinds of source. */
  public enum Type {
    /** A Kinesis data stream. */
    KINESIS,
    /** The change stream of a DynamoDB table. */
    DYNAMODB,
    /** A Kafka topic, on MSK or elsewhere. */
    KAFKA,
    /** An SQS queue. */
    SQS,
    /** An SNS topic. */
    SNS
  }

  private static final Pattern KAFKA =
      Pattern.compile("kafka://([^/\\s]+)/([A-Za-z0-9._-]{1,249})");
  private static final Pattern CONSUMER = Pattern.compile("(stream/[^/]+)/consumer/.+");

  /** Checks that id and type are not null. */
  public Source {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(type, "type");
  }

  /**
   * Returns the source of an id. The ARN of an enhanced fan-out consumer gives the stream that it
   * reads, since targets are registered under the stream; the bootstrap servers of a {@code
   * kafka://} id are put in order.
   *
   * @throws IllegalArgumentException if the id is neither an ARN of a known service nor {@code
   *     kafka://}
   */
  public static Source of(String id) {
    Matcher kafka = KAFKA.matcher(id);
    if (kafka.matches()) {
      String servers =
          Arrays.stream(kafka.group(1).split(",")).sorted().collect(Collectors.joining(","));
      return new Source("kafka://" + servers + "/" + kafka.group(2), Type.KAFKA, null);
    }
    Arn arn =
        Arn.parse(id)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "source '"
                            + id
                            + "' is neither an ARN nor kafka://<bootstrap servers>/<topic>"));
    Type type =
        switch (arn.service()) {
          case "kinesis" -> Type.KINESIS;
          case "dynamodb" -> Type.DYNAMODB;
          case "kafka" -> Type.KAFKA;
          case "sqs" -> Type.SQS;
          case "sns" -> Type.SNS;
          default ->
              throw new IllegalArgumentException(
                  "source '"
                      + id
                      + "' is of service "
                      + arn.service()
                      + "; use kinesis, dynamodb, kafka, sqs or sns");
        };
    Matcher consumer = CONSUMER.matcher(arn.resource());
    String stream =
        type == Type.KINESIS && consumer.matches()
            ? new Arn(
                    arn.partition(), arn.service(), arn.region(), arn.account(), consumer.group(1))
                .toString()
            : id;
    return new Source(stream, type, arn.region().isEmpty() ? null : arn.region());
  }
}
