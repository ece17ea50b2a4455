package org.streamfanout.aws;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.streamfanout.spi.Message;

/**
 * What SQS and SNS count of a message: its body in UTF-8, and the name, type and value of each
 * attribute, as <a
 * href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html">
 * the metadata page</a> says (as known 2026-11). Entry ids, group and deduplication ids do not
 * count. Stateless.
 */
public final class TextSize {
  /** The type that every attribute has. */
  public static final String ATTRIBUTE_TYPE = "String";

  private TextSize() {}

  /** Returns a message's size in bytes, without encoding its body. */
  public static long of(Message message) {
    long size = message.bodyLength();
    for (Map.Entry<String, String> attribute : message.attributes().entrySet()) {
      size += utf8Length(attribute.getKey()) + ATTRIBUTE_TYPE.length();
      size += utf8Length(attribute.getValue());
    }
    return size;
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
