package org.streamfanout.provider.dynamodb;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.RecordTemplate;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/**
 * Delivers to DynamoDB tables: JSON records as items, or the changes of another table. Thread-safe.
 */
public final class DynamoDbTargetProvider implements TargetProvider {
  /**
   * 25 items and 16 MiB a call, and 400 KiB an item. See <a
   * href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html">
   * BatchWriteItem</a>, as known 2026-11.
   */
  public static final Limits LIMITS = Limits.of(25, 16_777_216, 409_600);

  /** A PutItem or DeleteItem takes one item. */
  private static final Limits ONE_BY_ONE = Limits.of(1, 409_600, 409_600);

  /** Makes the provider. */
  public DynamoDbTargetProvider() {}

  @Override
  public String type() {
    return "dynamodb";
  }

  @Override
  public Description describe() {
    return AwsDestinations.accessOptions(
            Description.builder(
                "A DynamoDB table, in this account or another: each record's JSON object becomes an"
                    + " item, or the changes of a table are carried out on another."))
        .destination(
            TableName.SYNTAX
                + ". The date is the record's arrival in UTC; {ww} is the ISO week and {yyyy} its"
                + " year: events-{yyyy}-w{ww}")
        .example(
            "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
            Map.of(ItemRules.PARTITION_KEY, "orderId"))
        .ordering(
            "Two writes of one item are never in one call and never under way at once, and take"
                + " effect in the order of the stream. DynamoDB promises no order among the items"
                + " of a call, so KEY sends one record of a key a call, and SHARD one record a"
                + " call. With newerOnly, and with replicate to another key, each item is a call"
                + " of its own.")
        .duplicates(
            "An item that is written twice is there once: the key makes it the same item. With"
                + " newerOnly an older record that comes again changes nothing, except that a"
                + " deleted item leaves no number behind: an older put after the delete brings it"
                + " back.")
        .limits(
            "BatchWriteItem: 25 items and 16 MiB; 400 KiB an item"
                + " (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html,"
                + " as known 2026-11). Not asked live: DynamoDB has no others. An item's size is"
                + " taken to be its JSON's, or that of the image that is replicated; what DynamoDB"
                + " itself finds too large is rejected.")
        .retried(
            "Items that DynamoDB hands back unprocessed, throttling, 5xx, timeouts, lost"
                + " connections and expired credentials.")
        .rejected(
            "A body that is not one JSON object; a record without a value for the key; numbers of"
                + " more than 38 digits; more than 32 levels; items that are too large; with a date"
                + " in the table's name, records without an arrival time; with replicate, changes"
                + " without the image that they need. A missing table, a key of other names and a"
                + " denial stop the target.")
        .option(
            ItemRules.PARTITION_KEY,
            KeyAttribute.SYNTAX,
            "needed, but for replicate",
            "The table's partition key: the field of that name, or a template of "
                + RecordTemplate.SYNTAX
                + ". The type is the field's, for templates S. With deaggregate a template needs"
                + " {part} or {id}. {shardId} of a table stream is the stream's label.")
        .option(
            ItemRules.SORT_KEY,
            KeyAttribute.SYNTAX,
            "none",
            "The table's sort key, likewise: sequenceNumber={sequenceNumber}")
        .option(
            ItemRules.ATTRIBUTES,
            "some of " + String.join(",", ItemRules.ADDABLE),
            "none",
            "Attributes (S) of these names that every item gets, in place of fields of the same"
                + " name; left out where the record has none.")
        .option(
            ItemRules.DROP_EMPTY,
            "true, false",
            "false",
            "Leaves out fields that are null or empty texts, at the top level only.")
        .option(
            ItemRules.NEWER_ONLY,
            "<attribute>",
            "none",
            "Keeps each item's sequence number in this attribute (S, 64 digits, and the part of a"
                + " user record) and never writes over or deletes a newer item; such a record"
                + " counts as accepted. Sequence numbers compare within one shard or partition."
                + " One item a call.")
        .option(
            ItemRules.REPLICATE,
            "true, false",
            "false",
            "For table streams: INSERT and MODIFY put the new image with its types, REMOVE deletes"
                + " by key. With partitionKey the copy has another key, made of fields only; the"
                + " key of a REMOVE, and of an item that moves to another key, is taken from the"
                + " old image. Without old images a removal is rejected unless the source's key"
                + " tells it, and an item that moves leaves its old one behind. Two items of the"
                + " source must not share a key of the copy.")
        .build();
  }

  /** Called for any row: what is wrong with its options is for {@link #validate} to say. */
  @Override
  public Capabilities capabilities(TargetConfig target) {
    ItemRules rules = ItemRules.of(target, new ArrayList<>());
    return Capabilities.builder(rules.isOneByOne() ? ONE_BY_ONE : LIMITS)
        .tombstones(rules.takesTombstones())
        .wholeRecord(rules.replicates())
        .build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    Optional<TableName> table = TableName.parse(target.destination());
    List<String> problems =
        AwsDestinations.accessProblems(
            target, table.map(TableName::region).orElse(null), permissions(target), context);
    if (table.isEmpty()) {
      problems.add(problem(target));
    }
    ItemRules rules = ItemRules.of(target, problems);
    if (rules.replicates() && table.filter(TableName::isDated).isPresent()) {
      problems.add(
          "destination '"
              + target.destination()
              + "' has a date, and with replicate a later change would miss its item");
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  private static String problem(TargetConfig target) {
    return "destination '" + target.destination() + "' is not a table; write " + TableName.SYNTAX;
  }

  @Override
  public List<Permission> permissions(TargetConfig target) {
    ItemRules rules = ItemRules.of(target, new ArrayList<>());
    List<String> actions = new ArrayList<>();
    if (rules.isOneByOne()) {
      actions.add("dynamodb:PutItem");
      if (rules.replicates() || rules.takesTombstones()) {
        actions.add("dynamodb:DeleteItem");
      }
    } else {
      actions.add("dynamodb:BatchWriteItem");
    }
    actions.add("dynamodb:DescribeTable");
    return AwsDestinations.permissions(
        target,
        TableName.parse(target.destination()).map(TableName::policyArn).orElse(null),
        actions.toArray(String[]::new));
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    TableName table =
        TableName.parse(target.destination())
            .orElseThrow(() -> new InvalidTargetException(List.of(problem(target))));
    return new DynamoDbSender(
        target,
        table,
        ItemRules.of(target, new ArrayList<>()),
        AwsAccess.of(target, table.region(), permissions(target)),
        context);
  }
}
