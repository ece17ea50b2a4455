package org.streamfanout.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.Map;
import org.streamfanout.core.dynamodb.DynamoDbConverter;
import org.streamfanout.core.dynamodb.DynamoDbFormatException;
import org.streamfanout.core.dynamodb.DynamoDbJson;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;

/** DynamoDB's JSON: what is read is written and read again as the same, in both forms as JSON. */
class DynamoDbJsonFuzzTest {
  private static final JsonFactory JACKSON = new JsonFactory();

  @FuzzTest
  void readItem_anyBytes_areAnItemOrAnError(byte[] json) throws IOException {
    Map<String, AttributeValue> item;
    try {
      item = read(json);
    } catch (DynamoDbFormatException | IOException e) {
      return;
    }
    Bytes written = DynamoDbJson.write(item);
    assertThat(read(written.toByteArray())).isEqualTo(item);
    try {
      Bytes plain = DynamoDbConverter.json(item, true);
      try (JsonParser parser = JACKSON.createParser(plain.toByteArray())) {
        parser.nextToken();
        parser.skipChildren();
        assertThat(parser.nextToken()).isNull();
      }
    } catch (DynamoDbFormatException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static Map<String, AttributeValue> read(byte[] json) throws IOException {
    try (JsonParser parser = JACKSON.createParser(json)) {
      parser.nextToken();
      return DynamoDbJson.readItem(parser);
    }
  }
}
