package org.streamfanout.provider.dynamodb;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.RecordTemplate;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Makes writes of records, by a target's rules. Immutable and thread-safe. */
final class ItemWrites {
  /**
   * Sequence numbers are compared as texts of one length: Kinesis' have 56 digits, and a number
   * attribute holds 38.
   */
  private static final int VERSION_DIGITS = 64;

  private static final Pattern DIGITS = Pattern.compile("\\d{1," + VERSION_DIGITS + "}");

  private final ItemRules rules;
  private final TableName table;
  private final Source source;
  private final Set<String> keyFields;

  ItemWrites(ItemRules rules, TableName table, Source source) {
    this.rules = rules;
    this.table = table;
    this.source = source;
    this.keyFields = rules.keyFields();
  }

  /**
   * Returns the writes of a message in the order in which they must be made; one, but for a change
   * that moves an item to another key.
   *
   * @throws UnfitRecordException if no item can be made of its record
   */
  List<ItemWrite> of(Message message) throws UnfitRecordException {
    FanoutRecord record = message.records().get(0);
    String name = tableOf(record);
    if (rules.replicates()) {
      return replicated(record, name);
    }
    if (message.isTombstone()) {
      return List.of(ItemWrite.delete(name, key(record, Map.of()), version(record)));
    }
    Map<String, AttributeValue> content = JsonItem.read(message.body(), field -> true);
    return List.of(put(record, name, content));
  }

  /**
   * Returns what no two messages may share in one call: the item that is written, or, where a
   * change may move it, the item that has changed. Null if the record cannot be written anyway.
   */
  @Nullable String conflictKey(Message message) {
    FanoutRecord record = message.records().get(0);
    try {
      if (rules.replicates()) {
        return ItemWrite.identity("", Attributes.of(requireChange(record).keys()));
      }
      Map<String, AttributeValue> content =
          keyFields.isEmpty() || message.isTombstone()
              ? Map.of()
              : JsonItem.read(message.body(), keyFields::contains);
      return ItemWrite.identity(tableOf(record), key(record, content));
    } catch (UnfitRecordException rejectedWhenSent) {
      return null;
    }
  }

  private String tableOf(FanoutRecord record) throws UnfitRecordException {
    Instant arrivedAt = record.arrivedAt();
    if (arrivedAt == null && table.isDated()) {
      throw new UnfitRecordException(
          "NoArrivalTime", "the record does not say when it arrived, which its table depends on");
    }
    return table.at(arrivedAt == null ? Instant.EPOCH : arrivedAt);
  }

  private Map<String, AttributeValue> key(FanoutRecord record, Map<String, AttributeValue> content)
      throws UnfitRecordException {
    Map<String, AttributeValue> key = new LinkedHashMap<>();
    for (KeyAttribute attribute : rules.keys()) {
      key.put(attribute.name(), attribute.value(record, source, content));
    }
    return key;
  }

  private ItemWrite put(FanoutRecord record, String name, Map<String, AttributeValue> content)
      throws UnfitRecordException {
    Map<String, AttributeValue> key = key(record, content);
    if (rules.dropsEmpty()) {
      content.values().removeIf(value -> Boolean.TRUE.equals(value.nul()) || "".equals(value.s()));
    }
    return complete(record, name, key, content);
  }

  private ItemWrite complete(
      FanoutRecord record,
      String name,
      Map<String, AttributeValue> key,
      Map<String, AttributeValue> item)
      throws UnfitRecordException {
    for (String added : rules.added()) {
      String value = addedValue(added, record);
      if (value != null) {
        item.put(added, AttributeValue.fromS(JsonItem.requireText(value)));
      }
    }
    AttributeValue version = version(record);
    if (rules.newerOnly() != null && version != null) {
      item.put(rules.newerOnly(), version);
    }
    // The key of a replicated table may have a name that an option adds; the key wins.
    item.putAll(key);
    return ItemWrite.put(name, key, item, version);
  }

  private @Nullable String addedValue(String name, FanoutRecord record) {
    if (!name.equals("arrivedAt")) {
      return RecordTemplate.value(name, record, source);
    }
    return record.arrivedAt() == null ? null : record.arrivedAt().toString();
  }

  private @Nullable AttributeValue version(FanoutRecord record) throws UnfitRecordException {
    if (rules.newerOnly() == null) {
      return null;
    }
    String number = record.sequenceNumber();
    if (!DIGITS.matcher(number).matches()) {
      throw new UnfitRecordException(
          "NoSequenceNumber",
          "the sequence number is not one of up to " + VERSION_DIGITS + " digits");
    }
    String padded = "0".repeat(VERSION_DIGITS - number.length()) + number;
    return AttributeValue.fromS(
        record.part() < 0
            ? padded
            : padded + "#" + String.format(Locale.ROOT, "%010d", record.part()));
  }

  private static TableChange requireChange(FanoutRecord record) throws UnfitRecordException {
    TableChange change = record.change();
    if (change == null) {
      throw new UnfitRecordException(
          "NoTableChange", "the record is no table change, or a transform has replaced its data");
    }
    return change;
  }

  private List<ItemWrite> replicated(FanoutRecord record, String name) throws UnfitRecordException {
    TableChange change = requireChange(record);
    String newerOnly = rules.newerOnly();
    if (newerOnly != null && !rules.isRekeyed() && change.keys().containsKey(newerOnly)) {
      throw new UnfitRecordException(
          "KeyInUse", "the option newerOnly names an attribute of the key; choose another name");
    }
    if (change.type() == TableChange.Type.REMOVE) {
      return List.of(removed(record, name, change));
    }
    if (change.newImage() == null) {
      throw new UnfitRecordException(
          "NoNewImage",
          "the change has no new image; set the stream's view type to NEW_AND_OLD_IMAGES");
    }
    Map<String, AttributeValue> item = Attributes.of(change.newImage());
    if (!rules.isRekeyed()) {
      return List.of(complete(record, name, Attributes.of(change.keys()), item));
    }
    ItemWrite put = put(record, name, item);
    ItemWrite moved = moved(record, name, change);
    return moved == null || moved.identity().equals(put.identity())
        ? List.of(put)
        : List.of(put, moved);
  }

  private ItemWrite removed(FanoutRecord record, String name, TableChange change)
      throws UnfitRecordException {
    if (!rules.isRekeyed()) {
      return ItemWrite.delete(name, Attributes.of(change.keys()), version(record));
    }
    try {
      return oldItem(
          record, name, change, change.oldImage() != null ? change.oldImage() : change.keys());
    } catch (UnfitRecordException unfit) {
      throw change.oldImage() != null
          ? unfit
          : new UnfitRecordException(
              "NoOldImage",
              "the removal has no old image to take the item's key from; set the stream's view"
                  + " type to NEW_AND_OLD_IMAGES");
    }
  }

  /** An old image of which no key can be made was rejected in its time, and left no item. */
  private @Nullable ItemWrite moved(FanoutRecord record, String name, TableChange change) {
    try {
      return change.oldImage() == null ? null : oldItem(record, name, change, change.oldImage());
    } catch (UnfitRecordException neverWritten) {
      return null;
    }
  }

  /** By now another item may have taken the key; it is not this one's to delete. */
  private ItemWrite oldItem(
      FanoutRecord record,
      String name,
      TableChange change,
      Map<String, org.streamfanout.spi.AttributeValue> image)
      throws UnfitRecordException {
    Map<String, AttributeValue> key = key(record, Attributes.of(image));
    Map<String, AttributeValue> owner = Attributes.of(change.keys());
    owner.keySet().removeAll(key.keySet());
    owner.keySet().removeAll(rules.added());
    if (rules.newerOnly() != null) {
      owner.remove(rules.newerOnly());
    }
    return ItemWrite.delete(name, key, version(record)).ownedBy(owner);
  }

  /**
   * Returns what a message counts: its JSON and what is added to it, as far as that is known
   * without its body; an image by its attributes, since it has been an item before.
   */
  long sizeInBytes(Message message) {
    FanoutRecord record = message.records().get(0);
    TableChange change = record.change();
    long size;
    if (rules.replicates() && change != null) {
      size = Attributes.sizeInBytes(change.newImage() != null ? change.newImage() : change.keys());
    } else {
      size = message.bodyLength();
      for (KeyAttribute key : rules.keys()) {
        RecordTemplate template = key.template();
        if (template != null) {
          size += utf8(key.name()) + utf8(template.render(record, source, field -> "").orElse(""));
        }
      }
    }
    for (String added : rules.added()) {
      String value = addedValue(added, record);
      size += value == null ? 0 : utf8(added) + utf8(value);
    }
    String newerOnly = rules.newerOnly();
    return newerOnly == null ? size : size + utf8(newerOnly) + VERSION_DIGITS;
  }

  private static int utf8(String text) {
    return Bytes.utf8(text).length();
  }
}
