package org.streamfanout.provider.eventbridge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;

/**
 * A stand-in for EventBridge, which has no server of its own here: it takes entries, counts their
 * size and refuses them as the API reference says. Every request can be looked at.
 */
final class BusStandIn implements AutoCloseable {
  private static final int MAX_ENTRIES = 10;
  private static final int SIZE_LIMIT = 256 * 1024;
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();
  private final Map<Integer, String> refusals = new ConcurrentHashMap<>();

  BusStandIn() {
    endpoint.answer(this::answer);
  }

  URI uri() {
    return endpoint.uri();
  }

  RecordingEndpoint endpoint() {
    return endpoint;
  }

  /** Returns the entries that were taken, in order. */
  List<JsonNode> events() {
    return events;
  }

  /** Refuses the entry at a place of every call with a code. */
  void refuse(int place, String code) {
    refusals.put(place, code);
  }

  private Response answer(Request request) throws JsonProcessingException {
    String target = String.valueOf(request.header("x-amz-target"));
    JsonNode body = JSON.readTree(request.text());
    return switch (target) {
      case "AWSEvents.PutEvents" -> putEvents(body.path("Entries"));
      case "AWSEvents.DescribeEventBus" -> ok(JSON.createObjectNode().put("Name", "default"));
      default -> error("UnknownOperationException", target);
    };
  }

  private Response putEvents(JsonNode entries) {
    List<JsonNode> taken = new ArrayList<>();
    int size = 0;
    for (JsonNode entry : entries) {
      size += size(entry);
    }
    if (entries.isEmpty() || entries.size() > MAX_ENTRIES) {
      return error(
          "ValidationException",
          "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member"
              + " must have length less than or equal to 10");
    }
    if (size >= SIZE_LIMIT) {
      return error(
          "ValidationException", "Total size of the entries in the request is over the limit.");
    }
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode results = answer.putArray("Entries");
    int failed = 0;
    for (int place = 0; place < entries.size(); place++) {
      String refusal = refusals.getOrDefault(place, verdict(entries.get(place)));
      if (refusal.isEmpty()) {
        taken.add(entries.get(place));
        results.addObject().put("EventId", "event-" + (events.size() + place));
      } else {
        failed++;
        results.addObject().put("ErrorCode", refusal).put("ErrorMessage", "Text of " + refusal);
      }
    }
    events.addAll(taken);
    return ok(answer.put("FailedEntryCount", failed));
  }

  private static String verdict(JsonNode entry) {
    try {
      return JSON.readTree(entry.path("Detail").asText()).isObject() ? "" : "MalformedDetail";
    } catch (JsonProcessingException notJson) {
      return "MalformedDetail";
    }
  }

  /** The time counts 14 bytes, all else its UTF-8. */
  static int size(JsonNode entry) {
    int size = entry.has("Time") ? 14 : 0;
    size +=
        utf8(entry.path("Source")) + utf8(entry.path("DetailType")) + utf8(entry.path("Detail"));
    for (JsonNode resource : entry.path("Resources")) {
      size += utf8(resource);
    }
    return size;
  }

  private static int utf8(JsonNode text) {
    return text.asText().getBytes(StandardCharsets.UTF_8).length;
  }

  private static Response ok(ObjectNode body) {
    return Response.of(200, body.toString()).with("Content-Type", "application/x-amz-json-1.1");
  }

  static Response error(String code, String text) {
    return Response.of(
            400, JSON.createObjectNode().put("__type", code).put("message", text).toString())
        .with("Content-Type", "application/x-amz-json-1.1");
  }

  @Override
  public void close() {
    endpoint.close();
  }
}
