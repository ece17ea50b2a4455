package org.streamfanout.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.spi.Position;

/**
 * The answer of a function whose event source mapping has {@code ReportBatchItemFailures}. Of a
 * stream's records Lambda sends the one with the lowest sequence number named, and all after it,
 * again.
 */
final class BatchItemFailures {
  private static final JsonFactory JSON = new JsonFactory();

  private BatchItemFailures() {}

  /** Returns the answer as JSON: one identifier for each batch that is not settled. */
  static byte[] of(List<FanoutResult> results) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(answer)) {
      json.writeStartObject();
      json.writeArrayFieldStart("batchItemFailures");
      for (FanoutResult result : results) {
        if (!result.isSettled()) {
          json.writeStartObject();
          json.writeStringField("itemIdentifier", identifier(result));
          json.writeEndObject();
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot be written", e);
    }
    return answer.toByteArray();
  }

  /** An empty or null identifier makes Lambda take the whole batch as failed; say so instead. */
  private static String identifier(FanoutResult result) {
    Position first = result.checkpoint().firstUnsettled();
    if (first == null || first.sequenceNumber().isEmpty()) {
      throw new IllegalStateException(
          "records of "
              + result.source().id()
              + " are not settled, but the first of them has no sequence number");
    }
    return first.sequenceNumber();
  }
}
