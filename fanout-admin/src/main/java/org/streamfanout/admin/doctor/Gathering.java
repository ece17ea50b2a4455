package org.streamfanout.admin.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.StoredTarget;
import org.streamfanout.admin.TargetCheck;
import org.streamfanout.admin.TargetsTable;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Gathers the facts that other checks look at, and says what is wrong with them by themselves. */
final class Gathering {
  /**
   * How long a table's stream keeps a change, <a
   * href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html">always</a>
   * (as known 2026-11).
   */
  private static final Duration TABLE_STREAM_KEEPS = Duration.ofHours(24);

  /** The check without which there is nothing to look at. */
  static final String ROWS = "rows";

  /** KiB of Kinesis' own unit. */
  private static final long KIB = 1024;

  private final Facts facts;
  private final String table;
  private final @Nullable String function;
  private final @Nullable Source source;

  Gathering(Facts facts, String table, @Nullable String function, @Nullable Source source) {
    this.facts = facts;
    this.table = table;
    this.function = function;
    this.source = source;
  }

  /** Returns what needs nothing but what the operator gave. */
  List<Check> first() {
    List<Check> checks = new ArrayList<>();
    facts.setTableArn(Arn.parse(table).orElse(null));
    checks.add(new Check(ROWS, "table " + table, this::rows));
    if (facts.tableArn() == null) {
      checks.add(new Check("table", "table " + table, this::table));
    }
    String named = function;
    if (named != null) {
      checks.add(
          new Check(
              "function",
              "function " + named,
              notes -> function(named, "function " + named, notes)));
    }
    return checks;
  }

  /** Returns what needs the rows and the function. */
  List<Check> second() {
    List<Check> checks = new ArrayList<>();
    FunctionFacts known = facts.function();
    if (known != null) {
      checks.add(new Check("mapping", known.subject(), notes -> mappings(known, notes)));
    }
    for (Source each : facts.sources()) {
      checks.add(new Check("source", each.id(), notes -> source(each, notes)));
    }
    return checks;
  }

  private void rows(Notes notes) {
    String subject = "table " + table;
    DynamoDbClient client =
        facts.clients().client(DynamoDbClient.class, DynamoDbClient::builder, null);
    TargetsTable targets = TargetsTable.of(client, table);
    Source only = source;
    Optional<List<StoredTarget>> read =
        notes.ask(
            subject,
            "read the targets table '" + table + "'",
            only == null ? "dynamodb:Scan" : "dynamodb:Query",
            "the table is not there; check --function, --table and --region, or make it with"
                + " ./fanout deploy",
            () -> only == null ? targets.rows() : targets.rows(only.id()));
    if (read.isEmpty()) {
      facts.setSources(only == null ? List.of() : List.of(only));
      return;
    }
    keep(read.get(), notes, subject);
  }

  private void table(Notes notes) {
    DynamoDbClient client = facts.clients().client(DynamoDbClient.class, DynamoDbClient::builder);
    notes
        .ask(
            "table " + table,
            "describe the table '" + table + "'",
            "dynamodb:DescribeTable",
            Notes.TOLD_ELSEWHERE,
            () -> client.describeTable(request -> request.tableName(table)).table().tableArn())
        .flatMap(Arn::parse)
        .ifPresent(facts::setTableArn);
  }

  private void keep(List<StoredTarget> rows, Notes notes, String subject) {
    Set<Source> sources = new LinkedHashSet<>();
    if (source != null) {
      sources.add(source);
    }
    List<TargetConfig> usable = new ArrayList<>();
    Map<String, List<StoredTarget>> bySource = new LinkedHashMap<>();
    rows.forEach(
        row -> bySource.computeIfAbsent(row.sourceArn(), at -> new ArrayList<>()).add(row));
    bySource.forEach(
        (sourceArn, all) -> {
          addSource(sourceArn, sources);
          for (StoredTarget row : all) {
            List<String> problems = facts.rules().problems(row, all);
            RowNotes.write(row, problems, notes);
            if (problems.isEmpty()) {
              if (row.isActive()) {
                usable.add(TargetCheck.active(row));
              }
            }
          }
        });
    facts.setRows(rows, List.copyOf(sources), usable);
    for (Source each : sources) {
      if (facts.rowsOf(each).isEmpty()) {
        notes.problem(
            each.id(),
            "has no targets; a function holds its records. Register some, or correct its name",
            facts.command("list", each));
      } else if (facts.rowsOf(each).stream().noneMatch(StoredTarget::isActive)) {
        notes.warning(each.id(), "has no active target; its records go nowhere");
      }
    }
    if (rows.isEmpty() && source == null) {
      notes.problem(subject, "there are no targets; add one with ./fanout register");
    }
    if (notes.isWell()) {
      notes.ok(subject, rows.size() + " rows, each as it should be");
    }
  }

  private static void addSource(String sourceArn, Set<Source> sources) {
    try {
      sources.add(Source.of(sourceArn));
    } catch (IllegalArgumentException e) {
      // A problem of each of its rows, which is told there.
    }
  }

  private void function(String named, String subject, Notes notes) {
    String region = Arn.parse(named).map(Arn::region).orElse(null);
    LambdaClient lambda = facts.clients().client(LambdaClient.class, LambdaClient::builder, region);
    notes
        .ask(
            subject,
            "look up the function '"
                + named
                + "', so that neither it nor its mappings, network and role are checked",
            "lambda:GetFunctionConfiguration",
            "there is no such function; make it with ./fanout deploy, correct --function or"
                + " --region, or give --no-function if a worker reads the sources",
            () -> lambda.getFunctionConfiguration(request -> request.functionName(named)))
        .ifPresent(
            found ->
                Arn.parse(found.functionArn())
                    .ifPresentOrElse(
                        arn -> facts.setFunction(new FunctionFacts(found, arn)),
                        () -> notes.unknown(subject, "tells no ARN of its own")));
  }

  private void mappings(FunctionFacts known, Notes notes) {
    LambdaClient lambda =
        facts.clients().client(LambdaClient.class, LambdaClient::builder, known.region());
    notes
        .ask(
            known.subject(),
            "list the function's event source mappings, so that they are not checked",
            "lambda:ListEventSourceMappings",
            () -> {
              List<EventSourceMappingConfiguration> all = new ArrayList<>();
              lambda
                  .listEventSourceMappingsPaginator(
                      request -> request.functionName(known.configuration().functionArn()))
                  .eventSourceMappings()
                  .forEach(all::add);
              return all;
            })
        .ifPresent(
            all -> {
              facts.setMappings(all);
              if (source == null && facts.hasRows()) {
                all.forEach(mapping -> unregistered(known, mapping, notes));
              }
            });
  }

  private void unregistered(
      FunctionFacts known, EventSourceMappingConfiguration mapping, Notes notes) {
    List<String> registered = facts.sources().stream().map(Source::id).toList();
    for (String id : Mapped.sources(mapping)) {
      if (!registered.contains(id)
          && !"true".equalsIgnoreCase(known.variable("FANOUT_ALLOW_NO_TARGETS"))) {
        notes.problem(
            Mapped.subject(mapping),
            "brings records of "
                + id
                + ", which has no row: the function holds them. Register its targets under exactly"
                + " this name, or take the mapping away",
            facts.command("unhook", Source.of(id)));
      }
    }
  }

  private void source(Source each, Notes notes) {
    switch (each.type()) {
      case KINESIS -> stream(each, notes);
      case DYNAMODB -> tableStream(each, notes);
      case SQS -> queue(each, notes);
      case KAFKA, SNS ->
          notes.unknown(
              each.id(), "a topic is not asked how long it keeps a record, nor for its encryption");
    }
  }

  private void stream(Source each, Notes notes) {
    KinesisClient kinesis =
        facts.clients().client(KinesisClient.class, KinesisClient::builder, each.region());
    Optional<StreamDescriptionSummary> found =
        notes.ask(
            each.id(),
            "describe the stream",
            "kinesis:DescribeStreamSummary",
            "there is no such stream; correct the rows' sourceArn, or make it",
            () ->
                kinesis
                    .describeStreamSummary(request -> request.streamARN(each.id()))
                    .streamDescriptionSummary());
    if (found.isEmpty()) {
      return;
    }
    StreamDescriptionSummary summary = found.get();
    Duration kept =
        summary.retentionPeriodHours() == null
            ? null
            : Duration.ofHours(summary.retentionPeriodHours());
    boolean isEncrypted = summary.encryptionType() == EncryptionType.KMS;
    facts.setStream(
        each,
        new StreamFacts(
            kept,
            isEncrypted,
            isEncrypted ? summary.keyId() : null,
            summary.maxRecordSizeInKiB() == null ? null : summary.maxRecordSizeInKiB() * KIB));
    if (summary.streamStatus() == StreamStatus.DELETING) {
      notes.problem(each.id(), "is being deleted");
    } else {
      notes.ok(
          each.id(),
          "is " + summary.streamStatusAsString() + (kept == null ? "" : ", keeps " + hours(kept)));
    }
  }

  private void tableStream(Source each, Notes notes) {
    String owner = each.id().replaceFirst("/stream/.*", "");
    DynamoDbClient dynamoDb =
        facts.clients().client(DynamoDbClient.class, DynamoDbClient::builder, each.region());
    Optional<TableDescription> found =
        notes.ask(
            each.id(),
            "describe the table",
            "dynamodb:DescribeTable",
            "its table is not there",
            () -> dynamoDb.describeTable(request -> request.tableName(owner)).table());
    if (found.isEmpty()) {
      return;
    }
    TableDescription description = found.get();
    facts.setStream(
        each,
        new StreamFacts(
            TABLE_STREAM_KEEPS,
            true,
            description.sseDescription() == null
                ? null
                : description.sseDescription().kmsMasterKeyArn(),
            null));
    boolean isOn =
        description.streamSpecification() != null
            && Boolean.TRUE.equals(description.streamSpecification().streamEnabled());
    if (!isOn) {
      notes.problem(
          each.id(),
          "the table streams no changes; switch its stream on, and register the targets under its"
              + " new ARN");
    } else if (!each.id().equals(description.latestStreamArn())) {
      notes.problem(
          each.id(),
          "the table has a newer stream, "
              + description.latestStreamArn()
              + "; register the targets under that one");
    } else {
      notes.ok(
          each.id(),
          "streams "
              + description.streamSpecification().streamViewTypeAsString()
              + ", keeps "
              + hours(TABLE_STREAM_KEEPS));
    }
  }

  private void queue(Source each, Notes notes) {
    Arn arn = Arn.parse(each.id()).orElseThrow(() -> new AdminException(each.id() + " is no ARN"));
    SqsClient sqs = facts.clients().client(SqsClient.class, SqsClient::builder, each.region());
    notes
        .ask(
            each.id(),
            "ask the queue for its attributes",
            "sqs:GetQueueUrl and sqs:GetQueueAttributes",
            "there is no such queue",
            () -> {
              String url =
                  sqs.getQueueUrl(
                          request ->
                              request
                                  .queueName(arn.resource())
                                  .queueOwnerAWSAccountId(arn.account()))
                      .queueUrl();
              return sqs.getQueueAttributes(
                      request -> request.queueUrl(url).attributeNames(QueueAttributeName.ALL))
                  .attributes();
            })
        .ifPresent(
            attributes -> {
              String kept = attributes.get(QueueAttributeName.MESSAGE_RETENTION_PERIOD);
              String key = attributes.get(QueueAttributeName.KMS_MASTER_KEY_ID);
              Duration retention = kept == null ? null : Duration.ofSeconds(Long.parseLong(kept));
              facts.setStream(
                  each,
                  new StreamFacts(
                      retention,
                      key != null
                          || "true"
                              .equals(attributes.get(QueueAttributeName.SQS_MANAGED_SSE_ENABLED)),
                      key,
                      null));
              notes.ok(each.id(), retention == null ? "is there" : "keeps " + hours(retention));
            });
  }

  static String hours(Duration kept) {
    return kept.compareTo(Duration.ofHours(1)) < 0
        ? kept.toSeconds() + " s"
        : kept.toHours() + " h";
  }
}
