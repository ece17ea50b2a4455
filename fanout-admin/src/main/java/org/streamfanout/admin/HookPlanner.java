package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;

/**
 * Says what it takes to have a function read a source, or read it no more. Plans change nothing.
 * Thread-safe.
 *
 * <p>Wherever a plan ends when it is carried out, no answer of the function is taken for a success
 * that is none ({@code docs/adr/0033-mappings-listen-before-the-function-speaks.md}).
 */
public final class HookPlanner {
  private final Mappings mappings;
  private final FunctionSwitch functions;
  private final Consumers consumers;
  private final Polling polling;
  private final HookedFunction.Name function;

  /**
   * Makes plans for a function.
   *
   * @param function its name or ARN, with a version or an alias behind it or not
   * @param polling for each thing that Lambda takes its time for
   */
  public HookPlanner(AdminClients clients, String function, Polling polling) {
    this.mappings = new Mappings(clients, polling);
    this.functions = new FunctionSwitch(clients, polling);
    this.consumers = new Consumers(clients, polling);
    this.polling = Objects.requireNonNull(polling, "polling");
    this.function = HookedFunction.Name.of(function);
  }

  /**
   * Plans that the function reads a source by these settings.
   *
   * @param table the function's targets, for what to warn of
   * @param tableName its name or ARN
   * @throws AdminException with everything that is in the way
   */
  public HookPlan hook(
      HookSource source, HookSettings settings, TargetsTable table, String tableName) {
    List<String> problems = new ArrayList<>(settings.problems(source));
    try {
      HookedFunction read = functions.read(function);
      addPlaceProblem(read, source, problems);
      Hooking hooking = new Hooking(read, source, settings, mappings.of(function), problems);
      if (problems.isEmpty()) {
        return hooking.plan(table, tableName);
      }
    } catch (AdminException e) {
      problems.addAll(e.problems());
    }
    throw new AdminException(problems);
  }

  private static void addPlaceProblem(
      HookedFunction read, HookSource source, List<String> problems) {
    String region = Arn.parse(read.arn()).map(Arn::region).orElse("");
    String sourceRegion = source.source().region();
    if (sourceRegion != null && !region.isEmpty() && !sourceRegion.equals(region)) {
      problems.add(
          "the function is in "
              + region
              + " and "
              + source
              + " in "
              + sourceRegion
              + "; Lambda reads sources of its own region only");
    }
  }

  /**
   * Plans that the function's mapping of a source is deleted.
   *
   * @throws AdminException if there are several that may be meant
   */
  public HookPlan unhook(HookSource source) {
    HookPlan.Run run = new HookPlan.Run();
    HookPlan plan = new HookPlan(source.toString(), function.reference(), run);
    Optional<EventSourceMappingConfiguration> found = meant(source, plan, run);
    if (found.isEmpty()) {
      return plan;
    }
    EventSourceMappingConfiguration mapping = found.get();
    String uuid = mapping.uuid();
    if (Mappings.DELETING.equals(mapping.state())) {
      plan.step("wait until the mapping is gone", () -> mappings.gone(uuid));
    } else {
      plan.step("delete the mapping, and wait until it is gone", () -> mappings.delete(uuid));
    }
    plan.note(
        "with the mapping goes the place where it stopped"
            + group(mapping)
                .map(
                    id ->
                        ", but for what Kafka's consumer group keeps: hook with --consumer-group "
                            + id
                            + " goes on from there")
                .orElse(
                    ". Hooked again, it begins at the newest record (LATEST, the default), and what"
                        + " came between is never delivered; with --starting-position TRIM_HORIZON at"
                        + " the oldest, and what was delivered comes again. pause keeps the place"));
    return plan.kind(HookPlan.Kind.REMOVE);
  }

  private static Optional<String> group(EventSourceMappingConfiguration mapping) {
    if (mapping.amazonManagedKafkaEventSourceConfig() != null) {
      return Optional.ofNullable(mapping.amazonManagedKafkaEventSourceConfig().consumerGroupId());
    }
    return mapping.selfManagedKafkaEventSourceConfig() == null
        ? Optional.empty()
        : Optional.ofNullable(mapping.selfManagedKafkaEventSourceConfig().consumerGroupId());
  }

  /**
   * Plans that a source is not read for a while; its place is kept.
   *
   * @throws AdminException if there is no mapping of it, or several that may be meant
   */
  public HookPlan pause(HookSource source) {
    return turn(source, false);
  }

  /**
   * Plans that a source is read again, from where it was left.
   *
   * @throws AdminException if there is no mapping of it, or several that may be meant, or records
   *     would be lost because the mapping does not understand the function's answers
   */
  public HookPlan resume(HookSource source) {
    return turn(source, true);
  }

  private HookPlan turn(HookSource source, boolean on) {
    HookPlan.Run run = new HookPlan.Run();
    HookPlan plan = new HookPlan(source.toString(), function.reference(), run);
    EventSourceMappingConfiguration mapping =
        meant(source, plan, run)
            .orElseThrow(() -> new AdminException(String.join("; ", plan.notes())));
    if (on && !MappingValues.reports(mapping) && functions.readAtRest(function).answersInParts()) {
      throw new AdminException(
          "the function answers in parts, and the mapping of "
              + source
              + " takes every answer for success: records would be lost; run hook with"
              + " --partial-responses true, or false, first");
    }
    String uuid = mapping.uuid();
    String wanted = on ? Mappings.ENABLED : Mappings.DISABLED;
    if (wanted.equals(mapping.state())) {
      return plan;
    }
    if ((on ? "Enabling" : "Disabling").equals(mapping.state())) {
      return plan.step(
          "wait until the mapping is " + wanted.toLowerCase(Locale.ROOT),
          () -> run.state = mappings.settled(uuid, Set.of(wanted)));
    }
    return plan.changes(List.of(new HookPlan.Change("Enabled", !on, on)))
        .step(
            (on ? "enable" : "disable") + " the mapping, and wait until it is",
            () -> run.state = mappings.update(uuid, Map.of("Enabled", on), Set.of(wanted)));
  }

  /** Returns the mapping that is meant, or says what the function reads instead. */
  private Optional<EventSourceMappingConfiguration> meant(
      HookSource source, HookPlan plan, HookPlan.Run run) {
    List<EventSourceMappingConfiguration> all =
        mappings.of(function).stream()
            .filter(each -> function.isMeantBy(each.functionArn()))
            .toList();
    List<EventSourceMappingConfiguration> found = all.stream().filter(source::isReadBy).toList();
    if (found.isEmpty()) {
      found = all.stream().filter(source::isSameStreamAs).toList();
    }
    if (found.size() > 1) {
      throw new AdminException(
          "the function reads "
              + source
              + " by several mappings; name one by --consumer, or its ARN: "
              + String.join("; ", found.stream().map(HookPlanner::text).toList()));
    }
    if (found.isEmpty()) {
      plan.note(
          "the function '"
              + function.reference()
              + "' does not read "
              + source
              + (all.isEmpty()
                  ? ", nor anything else"
                  : ", but " + String.join("; ", all.stream().map(HookSource::text).toList())));
      return Optional.empty();
    }
    run.uuid = found.get(0).uuid();
    run.state = found.get(0).state();
    return Optional.of(found.get(0));
  }

  private static String text(EventSourceMappingConfiguration mapping) {
    return HookSource.text(mapping) + " (" + mapping.uuid() + ")";
  }

  /** How one plan of a hook is made. */
  private final class Hooking {
    private final HookedFunction read;
    private final HookSettings settings;
    private final List<EventSourceMappingConfiguration> all;
    private final HookPlan.Run run = new HookPlan.Run();
    private final HookSource source;
    private final @Nullable EventSourceMappingConfiguration there;
    private final @Nullable String leaving;
    private final PartialResponses partial;

    Hooking(
        HookedFunction read,
        HookSource wanted,
        HookSettings settings,
        List<EventSourceMappingConfiguration> all,
        List<String> problems) {
      this.read = read;
      this.settings = settings;
      this.all = all;
      String name = wanted.consumer();
      Optional<Consumers.Found> consumer =
          name == null ? Optional.empty() : consumers.find(wanted.source().id(), name);
      if (name != null && consumer.isEmpty() && !settings.createConsumer()) {
        problems.add(
            "there is no consumer '"
                + name
                + "' of "
                + wanted.source().id()
                + "; give --create-consumer to register it");
      }
      if (consumer.filter(each -> each.status() == ConsumerStatus.DELETING).isPresent()) {
        problems.add(
            "the consumer '" + name + "' is being deregistered; try again once it is gone");
      }
      source =
          consumer
              .filter(each -> each.status() == ConsumerStatus.ACTIVE)
              .map(each -> wanted.withArn(each.arn()))
              .orElse(wanted);
      // A mapping of a consumer that had this name before reads nothing any more.
      EventSourceMappingConfiguration same =
          source.consumer() != null ? null : ours(source::isReadBy).orElse(null);
      boolean isLeaving = same != null && Mappings.DELETING.equals(same.state());
      leaving = isLeaving && same != null ? same.uuid() : null;
      there = isLeaving ? null : same;
      List<EventSourceMappingConfiguration> besides =
          all.stream().filter(each -> !each.equals(same)).toList();
      partial = new PartialResponses(read, source, settings, there, besides);
      problems.addAll(partial.problems);
      addProblems(same, problems);
    }

    private Optional<EventSourceMappingConfiguration> ours(
        Predicate<EventSourceMappingConfiguration> which) {
      return all.stream()
          .filter(each -> function.isMeantBy(each.functionArn()))
          .filter(which)
          .findFirst();
    }

    private void addProblems(
        @Nullable EventSourceMappingConfiguration same, List<String> problems) {
      ours(each -> !each.equals(same) && source.isSameStreamAs(each))
          .ifPresent(
              other ->
                  problems.add(
                      "the function reads these records already, by "
                          + text(other)
                          + "; they would come twice: name that one, or unhook it first"));
      if (source.isKafka()
          && !hasErrorControls()
          && (settings.maxRetries() != null
              || settings.maxRecordAge() != null
              || settings.bisect() != null)) {
        problems.add(
            "--max-retries, --max-record-age and --bisect of Kafka need pollers of its own"
                + " (provisioned mode): give --min-pollers");
      }
      if (there != null) {
        String group = settings.consumerGroup();
        if (group != null && !group.equals(group(there).orElse(null))) {
          problems.add(
              "a mapping keeps its consumer group, which is "
                  + group(there).orElse("Lambda's own")
                  + "; unhook it first to have another");
        }
      }
    }

    private boolean hasErrorControls() {
      return !source.isKafka() || PartialResponses.hasPollers(settings, there);
    }

    HookPlan plan(TargetsTable table, String tableName) {
      run.uuid = there == null ? null : there.uuid();
      run.state = there == null ? null : there.state();
      HookPlan plan = new HookPlan(source.toString(), function.reference(), run);
      Map<String, Object> values = values();
      if (partial.offFirst) {
        plan.step(
            HookedFunction.PARTIAL_RESPONSES + "=false for the function, and wait until it is",
            () -> functions.turn(function, false));
      }
      if (there == null) {
        addCreation(plan, values);
      } else {
        addChange(plan, there, values);
      }
      for (EventSourceMappingConfiguration other : partial.others) {
        plan.step(
            "have the mapping of " + HookSource.text(other) + " ask for partial responses, too",
            () ->
                mappings.update(
                    other.uuid(),
                    Map.of(MappingValues.RESPONSES, List.of(MappingValues.REPORT)),
                    Mappings.SETTLED));
      }
      if (partial.onLast) {
        plan.step(
            HookedFunction.PARTIAL_RESPONSES
                + "=true for the function, once all of its mappings ask for it",
            this::switchOn);
      }
      partial.warnings.forEach(plan::warn);
      new HookAdvice(read, source, values, there, plan).give(table, tableName);
      return plan;
    }

    private Map<String, Object> values() {
      if (there == null) {
        return MappingValues.created(source, settings, partial.report, hasErrorControls());
      }
      Map<String, Object> wanted = MappingValues.given(settings, there);
      if (partial.report != partial.reportsNow) {
        wanted.put(
            MappingValues.RESPONSES, partial.report ? List.of(MappingValues.REPORT) : List.of());
      }
      Map<String, Object> news = MappingValues.beyond(wanted, there);
      if (Boolean.FALSE.equals(settings.enabled())
          && !Set.of(Mappings.DISABLED, "Disabling").contains(there.state())) {
        news.put("Enabled", false);
      }
      return news;
    }

    private void addCreation(HookPlan plan, Map<String, Object> values) {
      if (leaving != null) {
        plan.step("wait until the mapping that was deleted is gone", () -> mappings.gone(leaving));
      }
      String name = source.consumer();
      if (name != null) {
        plan.step(
            "register the consumer '" + name + "', and wait until it is active",
            () -> run.consumerArn = consumers.register(source.source().id(), name));
      }
      plan.step("create the mapping, and wait until it is ready", () -> create(values))
          .kind(HookPlan.Kind.CREATE)
          .changes(changes(values, null));
      String account = Arn.parse(read.arn()).map(Arn::account).orElse("");
      Arn.parse(source.source().id())
          .map(Arn::account)
          .filter(owner -> !owner.equals(account))
          .ifPresent(
              owner ->
                  plan.note(
                      "the source is of account "
                          + owner
                          + ", which has to let the function's role read it: policy prints what"
                          + " is put there"));
    }

    /** If another has made it meanwhile, or an answer got lost, the next plan tells the rest. */
    private void create(Map<String, Object> values) {
      Map<String, Object> all = new LinkedHashMap<>(values);
      if (run.consumerArn != null) {
        all.put("EventSourceArn", run.consumerArn);
      }
      run.uuid =
          mappings
              .create(function, all)
              .orElseThrow(
                  () ->
                      new AdminException(
                          "a mapping of "
                              + source
                              + " was made meanwhile; the same command again goes on from here"));
      run.state = mappings.settled(run.knownUuid(), Mappings.SETTLED);
    }

    private void addChange(
        HookPlan plan, EventSourceMappingConfiguration mapping, Map<String, Object> values) {
      if (partial.reportsNow && !partial.report) {
        plan.step(
            "let invocations end that began before: "
                + read.timeout().toSeconds()
                + " s, the function's timeout",
            () -> polling.pass("invocations to end", read.timeout()));
      }
      if (!values.isEmpty()) {
        plan.changes(changes(values, mapping))
            .step(
                "change the mapping, and wait until it is",
                () -> run.state = mappings.update(mapping.uuid(), values, Mappings.SETTLED));
      } else if (!Mappings.isSettled(mapping)) {
        plan.step(
            "wait until the mapping is ready",
            () -> run.state = mappings.settled(mapping.uuid(), Mappings.SETTLED));
      }
      HookSettings.StartingPosition start = settings.startingPosition();
      if (start != null && !start.name().equals(mapping.startingPositionAsString())) {
        plan.warn(
            "a mapping that is there goes on where it is: --starting-position "
                + start
                + " counts only for a new one");
      }
    }

    private List<HookPlan.Change> changes(
        Map<String, Object> values, @Nullable EventSourceMappingConfiguration mapping) {
      List<HookPlan.Change> changes = new ArrayList<>();
      values.forEach(
          (name, value) ->
              changes.add(
                  new HookPlan.Change(
                      name,
                      mapping == null ? null : MappingValues.plain(MappingValues.of(mapping, name)),
                      MappingValues.plain(value))));
      return changes;
    }

    /** Looks at all mappings again, before and after: somebody may have added one. */
    private void switchOn() {
      polling.until(
          "all mappings of the function to be ready",
          () -> mappings.of(function),
          each -> each.stream().allMatch(Mappings::isSettled));
      List<String> silent = silent();
      if (silent.isEmpty()) {
        functions.turn(function, true);
        silent = silent();
        if (silent.isEmpty()) {
          return;
        }
        functions.turn(function, false);
      }
      throw new AdminException(
          "partial responses are off for the function, since these mappings do not ask for them: "
              + String.join("; ", silent)
              + "; run the same command again");
    }

    private List<String> silent() {
      return mappings.of(function).stream()
          .filter(each -> !MappingValues.reports(each))
          .map(HookPlanner::text)
          .toList();
    }
  }
}
