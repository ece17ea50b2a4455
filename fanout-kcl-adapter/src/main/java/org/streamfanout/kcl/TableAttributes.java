package org.streamfanout.kcl;

import java.util.LinkedHashMap;
import java.util.Map;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutException;
import software.amazon.awssdk.core.SdkBytes;

/** Attributes as the SDK reads them, in the types of records. Stateless. */
final class TableAttributes {
  private TableAttributes() {}

  /**
   * Returns attributes with their types and digits, in the same order.
   *
   * @throws FanoutException if one is of a type that this SDK does not know
   */
  static Map<String, AttributeValue> of(
      Map<String, software.amazon.awssdk.services.dynamodb.model.AttributeValue> attributes) {
    Map<String, AttributeValue> converted = new LinkedHashMap<>();
    attributes.forEach((name, value) -> converted.put(name, of(value)));
    return converted;
  }

  private static AttributeValue of(
      software.amazon.awssdk.services.dynamodb.model.AttributeValue value) {
    return switch (value.type()) {
      case S -> new AttributeValue.S(value.s());
      case N -> new AttributeValue.N(value.n());
      case B -> new AttributeValue.B(bytes(value.b()));
      case BOOL -> new AttributeValue.Bool(value.bool());
      case NUL -> new AttributeValue.Null();
      case SS -> new AttributeValue.Ss(value.ss());
      case NS -> new AttributeValue.Ns(value.ns());
      case BS -> new AttributeValue.Bs(value.bs().stream().map(TableAttributes::bytes).toList());
      case L -> new AttributeValue.L(value.l().stream().map(TableAttributes::of).toList());
      case M -> new AttributeValue.M(of(value.m()));
      case UNKNOWN_TO_SDK_VERSION ->
          throw new FanoutException(
              "an attribute is of a type that this release of the AWS SDK does not know; raise"
                  + " software.amazon.awssdk:dynamodb");
    };
  }

  private static Bytes bytes(SdkBytes bytes) {
    return Bytes.wrap(bytes.asByteArrayUnsafe());
  }
}
