package org.streamfanout.core.internal.targets;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.internal.pipeline.RecordFilter;
import org.streamfanout.core.registry.PayloadStores;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Oversize;
import org.streamfanout.spi.PayloadStore;
import org.streamfanout.spi.PayloadStoreProvider;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.ProviderNotFoundException;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.Targets;

/**
 * Tells targets that can be used from those that cannot: what a registry could not know, because it
 * takes the providers, the host's transforms and the source's other rows. Does no I/O. Immutable
 * and thread-safe.
 */
public final class TargetValidation {
  private final Providers providers;
  private final PayloadStores stores;
  private final ProviderContext context;
  private final Set<String> transforms;

  /**
   * A target that can be used.
   *
   * @param config its row
   * @param provider the provider of its type
   * @param capabilities what its destination can do
   * @param store where bodies go that are too large; null for nowhere
   */
  public record Usable(
      TargetConfig config,
      TargetProvider provider,
      Capabilities capabilities,
      @Nullable PayloadStoreProvider store) {
    /** Checks that nothing else is null. */
    public Usable {
      Objects.requireNonNull(config, "config");
      Objects.requireNonNull(provider, "provider");
      Objects.requireNonNull(capabilities, "capabilities");
    }

    /** Opens the store; null if there is none. */
    public @Nullable PayloadStore openStore(ProviderContext context) {
      return store == null ? null : store.open(config, context);
    }

    /**
     * Returns how records are joined: what the row says, else the type's default. A type that does
     * not collapse ignores the column, and dead letters are never joined.
     */
    public Collapse collapse() {
      String column = config.collapse();
      if (config.deadLetterOnly() || !collapses(capabilities)) {
        return Collapse.NONE;
      }
      return column == null
          ? capabilities.defaultCollapse()
          : Collapse.ofColumn(column).orElseThrow();
    }
  }

  /**
   * The rows of one source, looked through.
   *
   * @param usable active rows that can be used, dead-letter targets included, in the registry's
   *     order
   * @param invalid active rows that cannot, with every problem: those that the registry reported,
   *     then those found here
   * @param warnings what is odd but does no harm, each a sentence that names its target
   */
  public record Resolution(
      List<Usable> usable, List<Targets.Invalid> invalid, List<String> warnings) {
    /** Copies the lists. */
    public Resolution {
      usable = List.copyOf(usable);
      invalid = List.copyOf(invalid);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Makes a validation.
   *
   * @param providers the providers of the engine
   * @param stores where its bodies may go that are too large
   * @param context what the providers get
   * @param transforms the names of the transforms that the host registered
   */
  public TargetValidation(
      Providers providers, PayloadStores stores, ProviderContext context, Set<String> transforms) {
    this.providers = Objects.requireNonNull(providers, "providers");
    this.stores = Objects.requireNonNull(stores, "stores");
    this.context = Objects.requireNonNull(context, "context");
    this.transforms = Set.copyOf(transforms);
  }

  private static boolean collapses(Capabilities capabilities) {
    return !capabilities.collapses().equals(Set.of(Collapse.NONE));
  }

  /** Returns which of a source's targets can be used, and everything that is wrong with others. */
  public Resolution resolve(Targets targets) {
    Map<String, Checked> checked = new LinkedHashMap<>();
    for (TargetConfig target : targets.valid()) {
      checked.put(target.id(), check(target));
    }
    new DeadLetterRules(targets, problemsById(checked)).check();

    List<Usable> usable = new ArrayList<>();
    List<Targets.Invalid> invalid = new ArrayList<>(targets.invalid());
    checked.forEach(
        (id, each) -> {
          if (each.problems.isEmpty() && each.usable != null) {
            usable.add(each.usable);
          } else {
            invalid.add(new Targets.Invalid(id, each.problems));
          }
        });
    List<String> warnings = new ArrayList<>();
    targets.valid().forEach(target -> warnings.addAll(Warnings.of(target)));
    for (Usable each : usable) {
      TargetProvider provider = each.provider();
      guarded(
          provider.getClass(),
          warnings,
          () -> warnings.addAll(Warnings.ofType(each.config(), provider, each.store())));
    }
    return new Resolution(usable, invalid, warnings);
  }

  private static Map<String, List<String>> problemsById(Map<String, Checked> checked) {
    Map<String, List<String>> problems = new HashMap<>();
    checked.forEach((id, each) -> problems.put(id, each.problems));
    return problems;
  }

  /** One row and what was found; the list of problems grows. */
  private record Checked(TargetConfig config, List<String> problems, @Nullable Usable usable) {}

  private Checked check(TargetConfig target) {
    List<String> problems = new ArrayList<>();
    Usable usable = null;
    try {
      TargetProvider provider = providers.get(target.type());
      Capabilities capabilities = ask(target, provider, problems);
      if (capabilities != null) {
        checkCollapse(target, capabilities, problems);
        PayloadStoreProvider store = checkOversize(target, capabilities, problems);
        usable = new Usable(target, provider, capabilities, store);
      }
    } catch (ProviderNotFoundException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    String filter = target.filter();
    if (filter != null) {
      RecordFilter.problem(target.source().type(), filter)
          .ifPresent(problem -> problems.add("column 'filter' " + problem));
    }
    String transform = target.transform();
    if (transform != null && !transforms.contains(transform)) {
      problems.add(
          "column 'transform' names '"
              + transform
              + "', which the host has not registered; registered are "
              + new TreeSet<>(transforms));
    }
    return new Checked(target, problems, usable);
  }

  private @Nullable PayloadStoreProvider checkOversize(
      TargetConfig target, Capabilities capabilities, List<String> problems) {
    String claimCheck = target.claimCheck();
    if (target.oversize() == Oversize.REJECT) {
      if (claimCheck != null) {
        problems.add(
            "column 'claimCheck' is '"
                + claimCheck
                + "', but 'oversize' is REJECT, so nothing would ever go there; use CLAIM_CHECK, or"
                + " empty 'claimCheck'");
      }
      return null;
    }
    if (!capabilities.claimChecks()) {
      problems.add(
          "column 'oversize' is CLAIM_CHECK, but a pointer in place of a record is of no use to"
              + " type '"
              + target.type()
              + "'; use REJECT");
    }
    if (claimCheck == null) {
      problems.add(
          "column 'oversize' is CLAIM_CHECK, but 'claimCheck' is empty; write where bodies go that"
              + " are too large, such as s3://<bucket>[/<prefix>]");
      return null;
    }
    try {
      PayloadStoreProvider store = stores.get(claimCheck);
      guarded(store.getClass(), problems, () -> store.validate(target, context));
      return store;
    } catch (ProviderNotFoundException e) {
      problems.add(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private @Nullable Capabilities ask(
      TargetConfig target, TargetProvider provider, List<String> problems) {
    guarded(
        provider.getClass(), problems, () -> checkOptions(target, provider.describe(), problems));
    guarded(provider.getClass(), problems, () -> provider.validate(target, context));
    // Asked for even if the row is invalid, so that a bad collapse mode is reported along with it.
    AtomicReference<@Nullable Capabilities> capabilities = new AtomicReference<>();
    guarded(provider.getClass(), problems, () -> capabilities.set(provider.capabilities(target)));
    return capabilities.get();
  }

  private static void guarded(Class<?> provider, List<String> problems, Runnable question) {
    try {
      question.run();
    } catch (InvalidTargetException e) {
      e.problems().stream().filter(each -> !problems.contains(each)).forEach(problems::add);
    } catch (RuntimeException e) {
      problems.add(
          "the provider "
              + provider.getName()
              + " failed on this row with "
              + e
              + "; report it to its author");
    }
  }

  private static void checkOptions(
      TargetConfig target, Description description, List<String> problems) {
    Set<String> known =
        description.options().stream()
            .map(Description.Option::name)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String option : new TreeSet<>(target.options().keySet())) {
      if (!known.contains(option)) {
        problems.add(
            "option '"
                + option
                + "' is unknown to type '"
                + target.type()
                + "'; "
                + (known.isEmpty() ? "it has no options" : "it knows " + known));
      }
    }
  }

  private static void checkCollapse(
      TargetConfig target, Capabilities capabilities, List<String> problems) {
    String column = target.collapse();
    if (column == null || !collapses(capabilities)) {
      return;
    }
    Set<Collapse> possible = new TreeSet<>(capabilities.collapses());
    if (!Collapse.ofColumn(column).map(possible::contains).orElse(false)) {
      problems.add(
          "column 'collapse' is '"
              + column
              + "'; type '"
              + target.type()
              + "' takes one of "
              + possible.stream().map(Collapse::column).toList());
    }
  }
}
