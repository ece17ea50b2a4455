package org.streamfanout.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call in AWS' JSON protocols, or in their binary form, which the SDK speaks with Kinesis. */
final class JsonCall implements ServiceCall {
  private static final ObjectMapper JSON = new JsonMapper();
  private static final ObjectMapper CBOR = new CBORMapper();

  private final ObjectMapper mapper;
  private final String contentType;
  private final AwsService service;
  private final String action;
  private final ObjectNode body;
  private final Shape shape;

  /** How a batch call lists entries and answers for them. */
  private enum Shape {
    NO_BATCH,
    /** SQS: by id, in two lists. */
    BY_ID,
    /** Kinesis, Firehose and EventBridge: by place, in one list. */
    BY_PLACE,
    /** DynamoDB: by table; what was not processed comes back. */
    BY_TABLE
  }

  JsonCall(HttpMessage request, String target) throws IOException {
    this.contentType = request.header("content-type");
    this.mapper = contentType.contains("cbor") ? CBOR : JSON;
    int dot = target.lastIndexOf('.');
    this.service = AwsService.ofTarget(target.substring(0, Math.max(dot, 0)));
    this.action = target.substring(dot + 1);
    JsonNode tree = request.body().length == 0 ? null : mapper.readTree(request.body());
    this.body = tree instanceof ObjectNode object ? object : mapper.createObjectNode();
    this.shape =
        switch (action) {
          case "SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch" ->
              Shape.BY_ID;
          case "PutRecords", "PutRecordBatch", "PutEvents" -> Shape.BY_PLACE;
          case "BatchWriteItem" -> Shape.BY_TABLE;
          default -> Shape.NO_BATCH;
        };
  }

  @Override
  public AwsService service() {
    return service;
  }

  @Override
  public String action() {
    return action;
  }

  @Override
  public String contentType() {
    return contentType;
  }

  private List<JsonNode> list() {
    List<JsonNode> entries = new ArrayList<>();
    switch (shape) {
      case BY_ID -> body.path("Entries").forEach(entries::add);
      case BY_PLACE -> body.path(entriesName()).forEach(entries::add);
      case BY_TABLE -> body.path("RequestItems").forEach(table -> table.forEach(entries::add));
      case NO_BATCH -> {}
    }
    return entries;
  }

  /** Returns under which name a call that answers by place lists its entries. */
  private String entriesName() {
    return action.equals("PutEvents") ? "Entries" : "Records";
  }

  @Override
  public int entries() {
    return list().size();
  }

  @Override
  public byte[] bodyWith(List<Integer> places) throws IOException {
    ObjectNode part = body.deepCopy();
    switch (shape) {
      case BY_ID -> part.set("Entries", chosen(places));
      case BY_PLACE -> part.set(entriesName(), chosen(places));
      case BY_TABLE -> part.set("RequestItems", byTable(places));
      case NO_BATCH -> {}
    }
    return mapper.writeValueAsBytes(part);
  }

  private ArrayNode chosen(List<Integer> places) {
    List<JsonNode> entries = list();
    ArrayNode chosen = mapper.createArrayNode();
    places.forEach(place -> chosen.add(entries.get(place)));
    return chosen;
  }

  /** Returns the entries at these places under their tables, tables without any left out. */
  private ObjectNode byTable(Iterable<Integer> places) {
    List<String> tables = new ArrayList<>();
    body.path("RequestItems")
        .properties()
        .forEach(table -> table.getValue().forEach(entry -> tables.add(table.getKey())));
    List<JsonNode> entries = list();
    ObjectNode chosen = mapper.createObjectNode();
    places.forEach(place -> chosen.withArray(tables.get(place)).add(entries.get(place)));
    return chosen;
  }

  @Override
  public byte[] compose(
      byte @Nullable [] answer, List<Integer> forwarded, Map<Integer, EntryError> failed)
      throws IOException {
    ObjectNode given =
        answer != null && mapper.readTree(answer) instanceof ObjectNode object
            ? object
            : mapper.createObjectNode();
    switch (shape) {
      case BY_ID -> composeById(given, failed);
      case BY_PLACE -> composeByPlace(given, forwarded, failed);
      case BY_TABLE -> composeByTable(given, failed);
      case NO_BATCH -> {}
    }
    return mapper.writeValueAsBytes(given);
  }

  private void composeById(ObjectNode answer, Map<Integer, EntryError> failed) {
    List<JsonNode> entries = list();
    ArrayNode successful = mapper.createArrayNode();
    ArrayNode failures = mapper.createArrayNode();
    Map<String, EntryError> byId = new LinkedHashMap<>();
    failed.forEach((place, error) -> byId.put(entries.get(place).path("Id").asText(), error));
    answer
        .path("Successful")
        .forEach(
            entry -> {
              if (!byId.containsKey(entry.path("Id").asText())) {
                successful.add(entry);
              }
            });
    answer.path("Failed").forEach(failures::add);
    byId.forEach(
        (id, error) ->
            failures
                .addObject()
                .put("Id", id)
                .put("SenderFault", error.senderFault())
                .put("Code", error.code())
                .put("Message", error.message()));
    answer.set("Successful", successful);
    answer.set("Failed", failures);
  }

  private void composeByPlace(
      ObjectNode answer, List<Integer> forwarded, Map<Integer, EntryError> failed) {
    String listName = action.equals("PutRecordBatch") ? "RequestResponses" : entriesName();
    Map<Integer, JsonNode> answers = new LinkedHashMap<>();
    JsonNode given = answer.path(listName);
    for (int index = 0; index < forwarded.size(); index++) {
      answers.put(forwarded.get(index), given.path(index));
    }
    ArrayNode all = mapper.createArrayNode();
    int failures = 0;
    for (int place = 0; place < entries(); place++) {
      EntryError error = failed.get(place);
      JsonNode entry = answers.get(place);
      if (error != null || entry == null) {
        EntryError said = error != null ? error : service.entryError();
        all.addObject().put("ErrorCode", said.code()).put("ErrorMessage", said.message());
        failures++;
      } else {
        all.add(entry);
        failures += entry.hasNonNull("ErrorCode") ? 1 : 0;
      }
    }
    answer.put(
        switch (action) {
          case "PutRecords" -> "FailedRecordCount";
          case "PutEvents" -> "FailedEntryCount";
          default -> "FailedPutCount";
        },
        failures);
    answer.set(listName, all);
  }

  private void composeByTable(ObjectNode answer, Map<Integer, EntryError> failed) {
    ObjectNode unprocessed = byTable(failed.keySet());
    answer
        .path("UnprocessedItems")
        .properties()
        .forEach(table -> table.getValue().forEach(unprocessed.withArray(table.getKey())::add));
    answer.set("UnprocessedItems", unprocessed);
  }

  @Override
  public HttpMessage error(AwsService.ServiceError error) throws IOException {
    ObjectNode text =
        mapper.createObjectNode().put("__type", error.code()).put("message", error.message());
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("content-type", contentType);
    headers.put("x-amzn-errortype", error.code());
    if (service == AwsService.SQS) {
      // SQS once spoke the query protocol; clients still read its codes from this header.
      headers.put(
          "x-amzn-query-error",
          error.code() + ";" + (error.status() < 500 ? "Sender" : "Receiver"));
    }
    return HttpMessage.response(error.status(), headers, mapper.writeValueAsBytes(text));
  }
}
