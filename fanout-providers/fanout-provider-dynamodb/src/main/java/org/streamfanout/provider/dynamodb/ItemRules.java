package org.streamfanout.provider.dynamodb;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.RecordTemplate;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;

/**
 * What a target's options say about its items. Immutable.
 *
 * @param keys the table's key; empty for that of the table which is replicated
 * @param added attributes that every item gets, by the names of what they hold
 * @param dropsEmpty whether fields that are null or empty texts are left out
 * @param replicates whether table changes are carried out as puts and deletes
 * @param newerOnly the attribute that holds an item's sequence number, so that none is overwritten
 *     by an older one; null to overwrite
 */
record ItemRules(
    List<KeyAttribute> keys,
    List<String> added,
    boolean dropsEmpty,
    boolean replicates,
    @Nullable String newerOnly) {
  static final String PARTITION_KEY = "partitionKey";
  static final String SORT_KEY = "sortKey";
  static final String ATTRIBUTES = "attributes";
  static final String DROP_EMPTY = "dropEmpty";
  static final String NEWER_ONLY = "newerOnly";
  static final String REPLICATE = "replicate";

  /** What an item can be told of its record. */
  static final List<String> ADDABLE =
      List.of("sequenceNumber", "shardId", "part", "key", "id", "arrivedAt");

  /** Sources whose sequence numbers are numbers. */
  private static final Set<Source.Type> NUMBERED =
      Set.of(Source.Type.KINESIS, Source.Type.DYNAMODB, Source.Type.KAFKA);

  /** Copies the lists. */
  ItemRules {
    keys = List.copyOf(keys);
    added = List.copyOf(added);
  }

  /**
   * Reads a target's options.
   *
   * @param problems gets everything that is wrong with them
   */
  static ItemRules of(TargetConfig target, List<String> problems) {
    ItemRules rules =
        new ItemRules(
            keys(target, problems),
            added(target, problems),
            flag(target, DROP_EMPTY, problems),
            flag(target, REPLICATE, problems),
            target.options().get(NEWER_ONLY));
    rules.check(target, problems);
    return rules;
  }

  private static List<KeyAttribute> keys(TargetConfig target, List<String> problems) {
    List<KeyAttribute> keys = new ArrayList<>();
    String partitionKey = target.options().get(PARTITION_KEY);
    String sortKey = target.options().get(SORT_KEY);
    if (partitionKey != null) {
      add(
          keys,
          KeyAttribute.parse(
              PARTITION_KEY, partitionKey, KeyAttribute.MAX_PARTITION_KEY, problems));
    } else if (sortKey != null || !target.option(REPLICATE, "false").equals("true")) {
      problems.add(
          "option '"
              + PARTITION_KEY
              + "' is missing; write "
              + KeyAttribute.SYNTAX
              + " with the name of the table's partition key");
    }
    if (sortKey != null) {
      add(keys, KeyAttribute.parse(SORT_KEY, sortKey, KeyAttribute.MAX_SORT_KEY, problems));
    }
    return keys;
  }

  private static void add(List<KeyAttribute> keys, @Nullable KeyAttribute key) {
    if (key != null) {
      keys.add(key);
    }
  }

  private static List<String> added(TargetConfig target, List<String> problems) {
    String option = target.options().get(ATTRIBUTES);
    if (option == null) {
      return List.of();
    }
    Set<String> names = new LinkedHashSet<>();
    for (String each : option.split(",", -1)) {
      String name = each.strip();
      if (!ADDABLE.contains(name)) {
        problems.add(
            "option '"
                + ATTRIBUTES
                + "' has '"
                + name
                + "'; write some of "
                + ADDABLE
                + ", separated by commas");
      } else {
        names.add(name);
      }
    }
    return List.copyOf(names);
  }

  private static boolean flag(TargetConfig target, String option, List<String> problems) {
    String value = target.option(option, "false");
    if (!value.equals("true") && !value.equals("false")) {
      problems.add("option '" + option + "' is '" + value + "'; write true or false");
    }
    return value.equals("true");
  }

  private void check(TargetConfig target, List<String> problems) {
    checkNames(problems);
    List<RecordTemplate> templates =
        keys.stream().map(KeyAttribute::template).filter(Objects::nonNull).toList();
    if (target.deaggregate()
        && !templates.isEmpty()
        && templates.stream()
            .noneMatch(template -> template.usesWhole("part") || template.usesWhole("id"))) {
      problems.add(
          "with deaggregate, the templates of the key need {part} or {id}: without it the user"
              + " records of one aggregate overwrite each other");
    }
    if (newerOnly != null && !NUMBERED.contains(target.source().type())) {
      problems.add(
          "option '"
              + NEWER_ONLY
              + "' needs a source with sequence numbers, which "
              + target.source().type()
              + " has not");
    }
    if (replicates) {
      checkReplication(target, templates, problems);
    }
  }

  private void checkNames(List<String> problems) {
    Set<String> names = new HashSet<>();
    List<String> written =
        Stream.concat(
                keys.stream().map(KeyAttribute::name),
                Stream.concat(added.stream(), Stream.ofNullable(newerOnly)))
            .collect(Collectors.toList());
    for (String name : written) {
      if (name.isBlank()) {
        problems.add("option '" + NEWER_ONLY + "' is empty; write the name of an attribute");
      } else if (!names.add(name)) {
        problems.add(
            "attribute '" + name + "' is named by more than one option; each needs its own");
      }
    }
  }

  private void checkReplication(
      TargetConfig target, List<RecordTemplate> templates, List<String> problems) {
    if (target.source().type() != Source.Type.DYNAMODB) {
      problems.add("option '" + REPLICATE + "' needs the stream of a DynamoDB table as its source");
    }
    if (target.deadLetterOnly()) {
      problems.add(
          "option '" + REPLICATE + "' is not for dead letters, which are no table changes");
    }
    if (dropsEmpty) {
      problems.add(
          "option '"
              + DROP_EMPTY
              + "' is not for '"
              + REPLICATE
              + "', which copies items as they are");
    }
    if (!templates.stream().allMatch(RecordTemplate::isOfContentOnly)) {
      problems.add(
          "with '"
              + REPLICATE
              + "', the templates of the key may use {field:<name>} and {key}"
              + " only: a change must find the item that an earlier one wrote");
    }
  }

  /** Returns whether replicated items have a key other than their source's. */
  boolean isRekeyed() {
    return replicates && !keys.isEmpty();
  }

  /**
   * Returns whether items are written one by one, since a BatchWriteItem knows no conditions: only
   * over an older one, or together with the removal of what had another key.
   */
  boolean isOneByOne() {
    return newerOnly != null || isRekeyed();
  }

  /** Returns whether a record without data can be carried out, as the deletion of its key. */
  boolean takesTombstones() {
    return !replicates
        && !keys.isEmpty()
        && keys.stream().allMatch(key -> key.template() != null && key.template().isOfKeyOnly());
  }

  /** Returns the fields of a body that the key is made of. */
  Set<String> keyFields() {
    Set<String> fields = new HashSet<>();
    keys.forEach(key -> fields.addAll(key.fields()));
    return fields;
  }
}
