package org.streamfanout.provider.dynamodb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What must hold of the item that is there for a write to take effect. Null instead of empty parts,
 * as requests need it. Immutable.
 *
 * @param expression in DynamoDB's language; null for no condition
 * @param names what its {@code #} names stand for
 * @param values what its {@code :} names stand for
 */
record Condition(
    @Nullable String expression,
    @Nullable Map<String, String> names,
    @Nullable Map<String, AttributeValue> values) {

  /**
   * Returns the condition of a write.
   *
   * @param versionAttribute where items keep their version; null if they keep none
   */
  static Condition of(ItemWrite write, @Nullable String versionAttribute) {
    List<String> terms = new ArrayList<>();
    Map<String, String> names = new LinkedHashMap<>();
    Map<String, AttributeValue> values = new LinkedHashMap<>();
    if (versionAttribute != null && write.version() != null) {
      terms.add("(attribute_not_exists(#v) OR #v < :v)");
      names.put("#v", versionAttribute);
      values.put(":v", write.version());
    }
    write
        .owner()
        .forEach(
            (name, value) -> {
              String place = "o" + values.size();
              terms.add("#" + place + " = :" + place);
              names.put("#" + place, name);
              values.put(":" + place, value);
            });
    return terms.isEmpty()
        ? new Condition(null, null, null)
        : new Condition(String.join(" AND ", terms), Map.copyOf(names), Map.copyOf(values));
  }
}
