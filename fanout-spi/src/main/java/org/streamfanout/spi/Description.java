package org.streamfanout.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What people should know about a kind of destination. Immutable.
 *
 * <p>Options are more than text: a target with an option that is not described is invalid.
 */
public final class Description {
  private final String summary;
  private final String destination;
  private final Example example;
  private final String ordering;
  private final String duplicates;
  private final String limits;
  private final String retried;
  private final String rejected;
  private final List<Option> options;

  /**
   * One entry of a target's {@code options} column.
   *
   * @param name its name
   * @param values what it may be
   * @param standard its default
   * @param meaning what it does
   */
  public record Option(String name, String values, String standard, String meaning) {}

  /**
   * What a target of this type may look like, for documentation.
   *
   * @param destination a valid {@code destination} column
   * @param options the options that such a target cannot do without
   */
  public record Example(String destination, Map<String, String> options) {
    /** Copies the map. */
    public Example {
      options = Map.copyOf(options);
    }
  }

  private Description(Builder builder) {
    this.summary = builder.summary;
    this.destination = builder.destination;
    this.example = builder.example;
    this.ordering = builder.ordering;
    this.duplicates = builder.duplicates;
    this.limits = builder.limits;
    this.retried = builder.retried;
    this.rejected = builder.rejected;
    this.options = List.copyOf(builder.options);
  }

  /** Starts a description with one sentence on what the destination is. */
  public static Builder builder(String summary) {
    return new Builder(summary);
  }

  /** Returns what the destination is, in one sentence. */
  public String summary() {
    return summary;
  }

  /** Returns the syntax of the {@code destination} column. */
  public String destination() {
    return destination;
  }

  /** Returns a target of this type, of which the least permissions are shown. */
  public Example example() {
    return example;
  }

  /** Returns which order is possible, and what it costs. */
  public String ordering() {
    return ordering;
  }

  /** Returns what happens to a message that is sent twice. */
  public String duplicates() {
    return duplicates;
  }

  /**
   * Returns where the numbers of {@link Capabilities#limits} come from: the vendor's page, when it
   * was read, and whether the destination's own limits are asked for.
   */
  public String limits() {
    return limits;
  }

  /** Returns which failures are tried again. */
  public String retried() {
    return retried;
  }

  /** Returns which messages are rejected for good, and what stops the target. */
  public String rejected() {
    return rejected;
  }

  /** Returns the options of this type. */
  public List<Option> options() {
    return options;
  }

  /** Builds a description; not thread-safe. */
  public static final class Builder {
    private final String summary;
    private String destination = "";
    private Example example = new Example("", Map.of());
    private String ordering = "";
    private String duplicates = "";
    private String limits = "";
    private String retried = "";
    private String rejected = "";
    private final List<Option> options = new ArrayList<>();

    private Builder(String summary) {
      this.summary = Objects.requireNonNull(summary, "summary");
    }

    /** Sets the syntax of the {@code destination} column. */
    public Builder destination(String newDestination) {
      destination = newDestination;
      return this;
    }

    /** Sets a valid destination, of a target that needs no options. */
    public Builder example(String exampleDestination) {
      return example(exampleDestination, Map.of());
    }

    /** Sets a valid destination, and the options that a target cannot do without. */
    public Builder example(String exampleDestination, Map<String, String> exampleOptions) {
      example = new Example(exampleDestination, exampleOptions);
      return this;
    }

    /** Sets which order is possible, and what it costs. */
    public Builder ordering(String newOrdering) {
      ordering = newOrdering;
      return this;
    }

    /** Sets what happens to a message that is sent twice. */
    public Builder duplicates(String newDuplicates) {
      duplicates = newDuplicates;
      return this;
    }

    /** Sets where the limits come from. */
    public Builder limits(String newLimits) {
      limits = newLimits;
      return this;
    }

    /** Sets which failures are tried again. */
    public Builder retried(String newRetried) {
      retried = newRetried;
      return this;
    }

    /** Sets which messages are rejected for good, and what stops the target. */
    public Builder rejected(String newRejected) {
      rejected = newRejected;
      return this;
    }

    /** Adds an option. */
    public Builder option(String name, String values, String standard, String meaning) {
      options.add(new Option(name, values, standard, meaning));
      return this;
    }

    /** Returns the description. */
    public Description build() {
      return new Description(this);
    }
  }
}
