package org.streamfanout.cli.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;

/** Columns as JSON: bytes as base64, numbers with every digit. */
final class JsonText {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .addModule(new SimpleModule().addSerializer(Bytes.class, new Base64Text()))
          .build();

  private JsonText() {}

  static String of(@Nullable Object value) {
    return value instanceof Iterable<?> ? written(MAPPER.writer(), value) : line(value);
  }

  /** Returns a value on one line. */
  static String line(@Nullable Object value) {
    return written(MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT), value);
  }

  private static String written(ObjectWriter writer, @Nullable Object value) {
    try {
      return writer.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a value cannot be written as JSON", e);
    }
  }

  private static final class Base64Text extends JsonSerializer<Bytes> {
    @Override
    public void serialize(Bytes bytes, JsonGenerator json, SerializerProvider ignored)
        throws IOException {
      json.writeBinary(bytes.toByteArray());
    }
  }
}
