package org.streamfanout.admin.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.Shell;
import org.streamfanout.aws.SqsQueue;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.SSEDescription;
import software.amazon.awssdk.services.firehose.FirehoseClient;
import software.amazon.awssdk.services.firehose.model.DeliveryStreamEncryptionConfiguration;
import software.amazon.awssdk.services.firehose.model.DeliveryStreamEncryptionStatus;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Whether sources and destinations are encrypted at rest, as far as a describe call tells, whether
 * their keys can be used, and whether whoever delivers may use them.
 */
final class EncryptionChecks {
  private static final String NAME = "encryption";

  /** A destination's encryption; the key is null for none that anybody has to be allowed. */
  private record Encryption(boolean isOn, @Nullable String key) {}

  private static final Map<String, BiFunction<Facts, TargetConfig, Encryption>> TYPES =
      Map.of(
          "sqs", EncryptionChecks::queue,
          "sns", EncryptionChecks::topic,
          "kinesis", EncryptionChecks::stream,
          "firehose", EncryptionChecks::deliveryStream,
          "dynamodb", EncryptionChecks::table);

  /** What a look needs. */
  private static final Map<String, String> ACTIONS =
      Map.of(
          "sqs", "sqs:GetQueueAttributes",
          "sns", "sns:GetTopicAttributes",
          "kinesis", "kinesis:DescribeStreamSummary",
          "firehose", "firehose:DescribeDeliveryStream",
          "dynamodb", "dynamodb:DescribeTable");

  private EncryptionChecks() {}

  static List<Check> of(Facts facts) {
    List<Check> checks = new ArrayList<>();
    for (Source source : facts.sources()) {
      StreamFacts stream = facts.stream(source);
      if (stream != null) {
        checks.add(new Check(NAME, source.id(), notes -> source(facts, source, stream, notes)));
      }
    }
    for (TargetConfig target : facts.targets()) {
      // One with dates in its name is another table every day.
      boolean isDated = target.destination().contains("{");
      if (TYPES.containsKey(facts.provider(target).type()) && !isDated) {
        checks.add(new Check(NAME, Facts.subject(target), notes -> target(facts, target, notes)));
      }
    }
    return checks;
  }

  private static void source(Facts facts, Source source, StreamFacts stream, Notes notes) {
    String subject = source.id();
    if (!stream.isEncrypted()) {
      notes.warning(subject, "is not encrypted at rest", on(source.type(), source.id()));
    }
    FunctionFacts function = facts.function();
    if (stream.key() != null) {
      Optional<Arn> key = Keys.own(facts, stream.key(), source.region(), subject, notes);
      if (key.isPresent() && function != null) {
        Simulation.look(
            facts,
            function.role(),
            List.of(new Permission("kms:Decrypt", key.get().toString())),
            notes);
      }
    }
    if (notes.isWell()) {
      notes.ok(subject, "is encrypted at rest" + with(stream.key()));
    }
  }

  private static void target(Facts facts, TargetConfig target, Notes notes) {
    String subject = Facts.subject(target);
    String type = facts.provider(target).type();
    Optional<Encryption> told =
        notes.ask(
            subject,
            "ask " + target.destination() + " for its encryption",
            String.valueOf(ACTIONS.get(type)),
            Notes.TOLD_ELSEWHERE,
            () -> TYPES.getOrDefault(type, EncryptionChecks::table).apply(facts, target));
    if (told.isEmpty()) {
      return;
    }
    Encryption encryption = told.get();
    if (!encryption.isOn()) {
      notes.warning(subject, "its destination is not encrypted at rest", on(facts, type, target));
    }
    if (encryption.key() != null) {
      key(facts, target, encryption.key(), notes);
    }
    if (notes.isWell()) {
      notes.ok(subject, "its destination is encrypted at rest" + with(encryption.key()));
    }
  }

  private static void key(Facts facts, TargetConfig target, String key, Notes notes) {
    FunctionFacts function = facts.function();
    if (target.role() != null && (function == null || !isNear(function, target.role()))) {
      notes.unknown(
          Facts.subject(target),
          "its key "
              + key
              + " is of another account; there "
              + target.role()
              + " needs kms:GenerateDataKey and kms:Decrypt on it");
      return;
    }
    Optional<Arn> own = Keys.own(facts, key, facts.regionOf(target), Facts.subject(target), notes);
    if (own.isPresent() && function != null) {
      String principal = target.role() == null ? function.role() : target.role();
      String arn = own.get().toString();
      Simulation.look(
          facts,
          principal,
          List.of(new Permission("kms:GenerateDataKey", arn), new Permission("kms:Decrypt", arn)),
          notes);
    }
  }

  static boolean isNear(FunctionFacts function, @Nullable String role) {
    return role != null && FunctionChecks.isOfAccount(function, role);
  }

  private static String with(@Nullable String key) {
    return key == null ? "" : " with " + key;
  }

  private static Encryption queue(Facts facts, TargetConfig target) {
    SqsQueue queue = facts.queue(target);
    Map<QueueAttributeName, String> attributes =
        facts
            .queueClient(target)
            .getQueueAttributes(
                request -> request.queueUrl(queue.url()).attributeNames(QueueAttributeName.ALL))
            .attributes();
    String key = attributes.get(QueueAttributeName.KMS_MASTER_KEY_ID);
    return new Encryption(
        key != null || "true".equals(attributes.get(QueueAttributeName.SQS_MANAGED_SSE_ENABLED)),
        key);
  }

  private static Encryption topic(Facts facts, TargetConfig target) {
    String key =
        facts
            .targetClients()
            .client(SnsClient.class, SnsClient::builder, facts.access(target))
            .getTopicAttributes(request -> request.topicArn(target.destination()))
            .attributes()
            .get("KmsMasterKeyId");
    return new Encryption(key != null && !key.isEmpty(), key);
  }

  private static Encryption stream(Facts facts, TargetConfig target) {
    boolean isArn = Arn.parse(target.destination()).isPresent();
    StreamDescriptionSummary summary =
        facts
            .targetClients()
            .client(KinesisClient.class, KinesisClient::builder, facts.access(target))
            .describeStreamSummary(
                request -> {
                  if (isArn) {
                    request.streamARN(target.destination());
                  } else {
                    request.streamName(target.destination());
                  }
                })
            .streamDescriptionSummary();
    return new Encryption(summary.encryptionType() == EncryptionType.KMS, summary.keyId());
  }

  private static Encryption deliveryStream(Facts facts, TargetConfig target) {
    DeliveryStreamEncryptionConfiguration encryption =
        facts
            .targetClients()
            .client(FirehoseClient.class, FirehoseClient::builder, facts.access(target))
            .describeDeliveryStream(request -> request.deliveryStreamName(name(target)))
            .deliveryStreamDescription()
            .deliveryStreamEncryptionConfiguration();
    return encryption == null
        ? new Encryption(false, null)
        : new Encryption(
            encryption.status() == DeliveryStreamEncryptionStatus.ENABLED, encryption.keyARN());
  }

  /** A table is always encrypted, with a key of AWS's if with no other. */
  private static Encryption table(Facts facts, TargetConfig target) {
    SSEDescription encryption =
        facts
            .targetClients()
            .client(DynamoDbClient.class, DynamoDbClient::builder, facts.access(target))
            .describeTable(request -> request.tableName(target.destination()))
            .table()
            .sseDescription();
    return new Encryption(true, encryption == null ? null : encryption.kmsMasterKeyArn());
  }

  private static String name(TargetConfig target) {
    return target.destination().replaceFirst(".*/", "");
  }

  private static String[] on(Source.Type type, String arn) {
    return switch (type) {
      case KINESIS -> new String[] {streamOn(arn)};
      case SQS, SNS, DYNAMODB, KAFKA -> new String[0];
    };
  }

  private static String streamOn(String arn) {
    return Shell.line(
        "aws",
        "kinesis",
        "start-stream-encryption",
        Arn.parse(arn).isPresent() ? "--stream-arn" : "--stream-name",
        arn,
        "--encryption-type",
        "KMS",
        "--key-id",
        "alias/aws/kinesis");
  }

  private static String[] on(Facts facts, String type, TargetConfig target) {
    String destination = target.destination();
    return switch (type) {
      case "sqs" ->
          new String[] {
            Shell.line(
                "aws",
                "sqs",
                "set-queue-attributes",
                "--queue-url",
                facts.queue(target).url(),
                "--attributes",
                "SqsManagedSseEnabled=true")
          };
      case "sns" ->
          new String[] {
            Shell.line(
                "aws",
                "sns",
                "set-topic-attributes",
                "--topic-arn",
                destination,
                "--attribute-name",
                "KmsMasterKeyId",
                "--attribute-value",
                "alias/aws/sns")
          };
      case "kinesis" -> new String[] {streamOn(destination)};
      case "firehose" ->
          new String[] {
            Shell.line(
                "aws",
                "firehose",
                "start-delivery-stream-encryption",
                "--delivery-stream-name",
                name(target))
          };
      default -> new String[0];
    };
  }
}
