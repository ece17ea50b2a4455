package org.streamfanout.admin.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.TargetCheck;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;

/**
 * Looks at a fan-out as it stands: the rows of its table, its function, the mappings, sources and
 * destinations, and says what is wrong and what to do. Calls nothing that writes. Thread-safe.
 *
 * <p>Checks look side by side, each for a bounded time. One that cannot look, such as for want of a
 * permission, says so, and ends no other.
 */
public final class Doctor {
  private final Builder how;

  private Doctor(Builder how) {
    this.how = how;
  }

  /**
   * Starts a doctor.
   *
   * @param clients AWS as the operator; they stay the caller's
   * @param table the targets table's name or ARN
   */
  public static Builder builder(AdminClients clients, String table) {
    return new Builder(clients, table);
  }

  /**
   * Looks at everything. Each check has {@link Builder#limit}; they run side by side, in two turns.
   *
   * @return what every check found, what is well included; in the order of the checks
   * @throws AdminException if no region is known, or the calling thread is interrupted
   */
  public List<Diagnosis> examine() {
    List<Diagnosis> all = new ArrayList<>();
    Map<String, String> settings = new LinkedHashMap<>(how.settings);
    settings.putIfAbsent(ProviderContext.REGION, how.clients.region());
    try (SenderContext context = new SenderContext(settings, how.secrets, how.clients.ofTargets());
        TargetCheck rules = TargetCheck.with(settings);
        Round round = new Round(how.limit, how.progress)) {
      Facts facts =
          new Facts(how.clients, rules, context, how.table, how.again, callsOf(how.limit));
      Gathering gathering = new Gathering(facts, how.table, how.function, how.source);
      all.addAll(round.all(gathering.first()));
      all.addAll(round.all(gathering.second()));
      all.addAll(round.all(checks(facts)));
    }
    return List.copyOf(all);
  }

  /**
   * Returns whether what was found is no reason to stop: the rows could be read, and there is no
   * {@link Diagnosis.Level#PROBLEM}.
   */
  public static boolean isPassed(List<Diagnosis> found) {
    return found.stream()
        .noneMatch(
            each ->
                each.level() == Diagnosis.Level.PROBLEM
                    || (each.level() == Diagnosis.Level.UNKNOWN
                        && each.check().equals(Gathering.ROWS)));
  }

  /** A destination that does not answer says so better than a check that is cut off. */
  private static Duration callsOf(Duration check) {
    return check.multipliedBy(2).dividedBy(3);
  }

  private static List<Check> checks(Facts facts) {
    List<Check> checks = new ArrayList<>();
    checks.addAll(ClockCheck.of(facts));
    checks.addAll(FunctionChecks.of(facts));
    checks.addAll(MappingChecks.of(facts));
    checks.addAll(RetentionChecks.of(facts));
    checks.addAll(RoleChecks.of(facts));
    checks.addAll(ReachChecks.of(facts));
    checks.addAll(LimitChecks.of(facts));
    checks.addAll(EncryptionChecks.of(facts));
    checks.addAll(PermissionChecks.of(facts));
    checks.addAll(NetworkChecks.of(facts));
    checks.addAll(DeadLetterChecks.of(facts));
    return checks;
  }

  /** Builds a doctor; not thread-safe. */
  public static final class Builder {
    private final AdminClients clients;
    private final String table;
    private @Nullable String function;
    private @Nullable Source source;
    private Map<String, String> settings = Map.of();
    private Function<String, @Nullable String> secrets = name -> null;
    private String again = "";
    private Consumer<String> progress = line -> {};

    /** Long enough for the SDK's own retries of a slow call. */
    private Duration limit = Duration.ofSeconds(30);

    private Builder(AdminClients clients, String table) {
      this.clients = Objects.requireNonNull(clients, "clients");
      this.table = Objects.requireNonNull(table, "table");
    }

    /** Sets the function, by its name or ARN; null, the default, if a worker reads the sources. */
    public Builder function(@Nullable String newFunction) {
      function = newFunction;
      return this;
    }

    /** Sets the source; null, the default, for all of the table. */
    public Builder source(@Nullable Source newSource) {
      source = newSource;
      return this;
    }

    /** Sets the settings of {@link ProviderContext}, by which rows are checked; none by default. */
    public Builder settings(Map<String, String> newSettings) {
      settings = Map.copyOf(newSettings);
      return this;
    }

    /** Sets what knows the secrets that rows name; nothing does by default. */
    public Builder secrets(Function<String, @Nullable String> newSecrets) {
      secrets = Objects.requireNonNull(newSecrets, "secrets");
      return this;
    }

    /** Sets the options, with a space before them, that commands of ours are suggested with. */
    public Builder again(String newAgain) {
      again = Objects.requireNonNull(newAgain, "again");
      return this;
    }

    /** Sets who is told what is looked at. */
    public Builder progress(Consumer<String> newProgress) {
      progress = Objects.requireNonNull(newProgress, "progress");
      return this;
    }

    /** Sets how long each check may take; 30 s by default. */
    public Builder limit(Duration newLimit) {
      limit = Objects.requireNonNull(newLimit, "limit");
      return this;
    }

    /** Returns the doctor. */
    public Doctor build() {
      return new Doctor(this);
    }
  }
}
