package org.streamfanout.spi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A DynamoDB attribute value, free of any SDK. Immutable; maps keep the order they came in. Numbers
 * keep their text, since DynamoDB has 38 digits and a double has 15.
 */
public sealed interface AttributeValue {
  /** A string. */
  record S(String value) implements AttributeValue {}

  /** A number, as its text. */
  record N(String value) implements AttributeValue {}

  /** Binary. */
  record B(Bytes value) implements AttributeValue {}

  /** True or false. */
  record Bool(boolean value) implements AttributeValue {}

  /** DynamoDB's null. */
  record Null() implements AttributeValue {}

  /** A set of strings. */
  record Ss(List<String> values) implements AttributeValue {
    /** Copies the list. */
    public Ss {
      values = List.copyOf(values);
    }
  }

  /** A set of numbers, as their texts. */
  record Ns(List<String> values) implements AttributeValue {
    /** Copies the list. */
    public Ns {
      values = List.copyOf(values);
    }
  }

  /** A set of binaries. */
  record Bs(List<Bytes> values) implements AttributeValue {
    /** Copies the list. */
    public Bs {
      values = List.copyOf(values);
    }
  }

  /** A list. */
  record L(List<AttributeValue> values) implements AttributeValue {
    /** Copies the list. */
    public L {
      values = Collections.unmodifiableList(new ArrayList<>(values));
    }
  }

  /** A map, in order. */
  record M(Map<String, AttributeValue> values) implements AttributeValue {
    /** Copies the map. */
    public M {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }
}
