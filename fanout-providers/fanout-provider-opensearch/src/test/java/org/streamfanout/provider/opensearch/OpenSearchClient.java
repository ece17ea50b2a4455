package org.streamfanout.provider.opensearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.streamfanout.spi.Bytes;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;

/** What tests ask of a real server, beside what the provider does. */
final class OpenSearchClient {
  static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI server;

  OpenSearchClient(URI server) {
    this.server = server;
  }

  /** Makes an index that takes every document as it is, and many in one search. */
  void createIndex(String name, String mappings) throws IOException, InterruptedException {
    call(
        "PUT",
        "/" + name,
        "{\"settings\":{\"number_of_shards\":1,\"number_of_replicas\":0,"
            + "\"max_result_window\":100000,\"translog.durability\":\"async\"},\"mappings\":"
            + mappings
            + "}");
  }

  void deleteIndex(String name) throws IOException, InterruptedException {
    call("DELETE", "/" + name + "?ignore_unavailable=true", "");
  }

  JsonNode call(String method, String path, String body) throws IOException, InterruptedException {
    return JSON.readTree(exchange(method, path, "application/json", body.getBytes()).body());
  }

  /** Returns the documents by their ids, byte for byte. */
  Map<String, Bytes> documents(String index) throws IOException, InterruptedException {
    call("POST", "/" + index + "/_refresh", "");
    int count = call("GET", "/" + index + "/_count", "").path("count").asInt();
    byte[] answer =
        exchange("GET", "/" + index + "/_search?size=" + count, "application/json", new byte[0])
            .body();
    Map<String, Bytes> documents = new LinkedHashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(answer)) {
      String id = "";
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING && "_id".equals(parser.currentName())) {
          id = parser.getText();
        } else if (token == JsonToken.START_OBJECT && "_source".equals(parser.currentName())) {
          int from = (int) parser.currentTokenLocation().getByteOffset();
          parser.skipChildren();
          int to = (int) parser.currentTokenLocation().getByteOffset() + 1;
          documents.put(id, Bytes.wrap(Arrays.copyOfRange(answer, from, to)));
        }
      }
    }
    return documents;
  }

  /** Hands a request on, and its answer back. */
  Response forward(Request request, byte[] body) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        exchange(request.method(), request.path(), "application/x-ndjson", body);
    return new Response(response.statusCode(), Map.of(), response.body());
  }

  private HttpResponse<byte[]> exchange(String method, String path, String type, byte[] body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(server.resolve(path))
            .header("content-type", type)
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofByteArray());
  }
}
