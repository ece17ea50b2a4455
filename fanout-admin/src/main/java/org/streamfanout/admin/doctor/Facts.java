package org.streamfanout.admin.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.Shell;
import org.streamfanout.admin.StoredTarget;
import org.streamfanout.admin.TargetCheck;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.SqsQueue;
import org.streamfanout.core.registry.PayloadStores;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * What was gathered once, and is looked at by every check. What could not be gathered is absent,
 * and was written down by what tried to. Thread-safe.
 */
final class Facts {
  private final AdminClients clients;
  private final TargetCheck rules;
  private final SenderContext context;
  private final PayloadStores stores = PayloadStores.discover(List.of());
  private final String table;
  private final String again;
  private final Duration limit;

  private volatile boolean hasRows;
  private volatile List<StoredTarget> rows = List.of();
  private volatile List<Source> sources = List.of();
  private volatile List<TargetConfig> targets = List.of();
  private volatile @Nullable Arn tableArn;
  private volatile @Nullable FunctionFacts function;
  private volatile @Nullable List<EventSourceMappingConfiguration> mappings;
  private final Map<Source, StreamFacts> streams = new ConcurrentHashMap<>();

  Facts(
      AdminClients clients,
      TargetCheck rules,
      SenderContext context,
      String table,
      String again,
      Duration limit) {
    this.clients = clients;
    this.rules = rules;
    this.context = context;
    this.table = Arn.parse(table).map(Facts::tableName).orElse(table);
    this.again = again;
    this.limit = limit;
  }

  /** Returns AWS as the operator. */
  AdminClients clients() {
    return clients;
  }

  /** Returns AWS as the targets are reached: with their roles. */
  AwsClients targetClients() {
    return AwsClients.of(context);
  }

  TargetCheck rules() {
    return rules;
  }

  SenderContext context() {
    return context;
  }

  PayloadStores stores() {
    return stores;
  }

  /** Returns how long a destination has for its answer. */
  Duration limit() {
    return limit;
  }

  /** Returns whether the rows could be read. */
  boolean hasRows() {
    return hasRows;
  }

  List<StoredTarget> rowsOf(Source source) {
    return rows.stream().filter(row -> row.sourceArn().equals(source.id())).toList();
  }

  List<Source> sources() {
    return sources;
  }

  /** Returns the active rows that can be used, those for dead letters included. */
  List<TargetConfig> targets() {
    return targets;
  }

  /** Returns the active targets of a source that get its records. */
  List<TargetConfig> targetsOf(Source source) {
    return targets.stream()
        .filter(target -> target.source().equals(source) && !target.deadLetterOnly())
        .toList();
  }

  /** Returns the name of a table, or of the one that a stream or an index is of. */
  static String tableName(Arn arn) {
    return arn.resource().replaceFirst("^table/", "").replaceFirst("/.*", "");
  }

  /** Returns the name of the targets table. */
  String table() {
    return table;
  }

  @Nullable Arn tableArn() {
    return tableArn;
  }

  @Nullable FunctionFacts function() {
    return function;
  }

  /** Returns the function's mappings; null if they are not known. */
  @Nullable List<EventSourceMappingConfiguration> mappings() {
    return mappings;
  }

  List<EventSourceMappingConfiguration> mappingsOf(Source source) {
    List<EventSourceMappingConfiguration> all = mappings;
    return all == null
        ? List.of()
        : all.stream().filter(each -> Mapped.sources(each).contains(source.id())).toList();
  }

  /** Returns what a source says of itself; null if it was not asked or did not say. */
  @Nullable StreamFacts stream(Source source) {
    return streams.get(source);
  }

  TargetProvider provider(TargetConfig target) {
    for (TargetProvider each : rules.providers().values()) {
      if (each.type().equals(target.type()) || each.aliases().contains(target.type())) {
        return each;
      }
    }
    throw new IllegalStateException("no provider of type '" + target.type() + "'");
  }

  /** Returns as whom and where a target's own service is called. */
  AwsAccess access(TargetConfig target) {
    return AwsAccess.of(target, regionOf(target));
  }

  /** Returns the queue of a target of type {@code sqs}. */
  SqsQueue queue(TargetConfig target) {
    return SqsQueue.parse(target.destination(), context)
        .orElseThrow(() -> new IllegalStateException("no queue: " + target.destination()));
  }

  /** Returns SQS as a target's queue is reached. */
  SqsClient queueClient(TargetConfig target) {
    SqsQueue queue = queue(target);
    return targetClients()
        .client(
            SqsClient.class,
            SqsClient::builder,
            AwsAccess.of(target, queue.region()).withEndpoint(queue.endpoint()));
  }

  /** Returns the region of a target's destination; null if neither it nor its row names one. */
  @Nullable String regionOf(TargetConfig target) {
    if (target.region() != null) {
      return target.region();
    }
    return Arn.parse(target.destination())
        .map(Arn::region)
        .filter(region -> !region.isEmpty())
        .or(() -> SqsQueue.arnOf(target.destination()).map(Arn::region))
        .orElse(null);
  }

  static String subject(TargetConfig target) {
    return subject(target.source().id(), target.id());
  }

  static String subject(String source, String id) {
    return "target '" + id + "' of " + source;
  }

  /** Returns one of our own commands about a source, ready to be copied. */
  String command(String name, Source source, String... more) {
    return "./fanout "
        + name
        + again
        + " "
        + Shell.line("--source-arn", source.id())
        + (more.length == 0 ? "" : " " + Shell.line(more));
  }

  /** Takes the sources that are looked at although their rows cannot be read. */
  void setSources(List<Source> newSources) {
    sources = List.copyOf(newSources);
  }

  void setRows(List<StoredTarget> newRows, List<Source> newSources, List<TargetConfig> usable) {
    hasRows = true;
    rows = List.copyOf(newRows);
    sources = List.copyOf(newSources);
    targets = List.copyOf(usable);
  }

  void setTableArn(@Nullable Arn arn) {
    tableArn = arn;
  }

  void setFunction(FunctionFacts facts) {
    function = facts;
  }

  void setMappings(List<EventSourceMappingConfiguration> all) {
    mappings = List.copyOf(all);
  }

  void setStream(Source source, StreamFacts facts) {
    streams.put(source, facts);
  }

  /** Returns the active targets by their roles, those without a role left out. */
  Map<String, List<TargetConfig>> byRole() {
    Map<String, List<TargetConfig>> roles = new LinkedHashMap<>();
    for (TargetConfig target : targets) {
      String role = target.role();
      if (role != null) {
        roles.computeIfAbsent(role, at -> new ArrayList<>()).add(target);
      }
    }
    return roles;
  }
}
