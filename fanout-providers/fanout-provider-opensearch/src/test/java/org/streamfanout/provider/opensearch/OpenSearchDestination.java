package org.streamfanout.provider.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.ProxiedDestination;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testkit.Trouble;

/**
 * An index of a real server. What no server does when asked to, denials and failures of single
 * actions among them, is answered in front of it, in the words of OpenSearch and AWS.
 */
final class OpenSearchDestination extends ProxiedDestination {
  private final RecordingEndpoint front;
  private final OpenSearchClient server;
  private final String index = "kit-" + UUID.randomUUID();
  private final AtomicInteger calls = new AtomicInteger();
  private volatile @Nullable Response trouble;
  private volatile Set<Integer> failing = Set.of();

  private OpenSearchDestination(RecordingEndpoint front, OpenSearchClient server) {
    super(front.uri().getPort());
    this.front = front;
    this.server = server;
    front.answer(this::answer);
  }

  static OpenSearchDestination open(OpenSearchClient server) throws Exception {
    OpenSearchDestination destination =
        new OpenSearchDestination(RecordingEndpoint.start(), server);
    server.createIndex(destination.index, "{\"dynamic\":false}");
    return destination;
  }

  @Override
  public TargetConfig target() {
    return TargetConfig.builder(
            Records.KINESIS, "kit", "opensearch", "http://127.0.0.1:" + port() + "#" + index)
        .build();
  }

  @Override
  public void configure(TestContext context) {
    context.set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1:" + port());
  }

  @Override
  public List<Bytes> arrived() throws Exception {
    return List.copyOf(server.documents(index).values());
  }

  @Override
  protected int callsOfServer() {
    return calls.get();
  }

  @Override
  public void failEntries(List<Message> batch, Set<Integer> places) {
    failing = Set.copyOf(places);
  }

  @Override
  protected void answerWith(Trouble newTrouble) {
    trouble =
        switch (newTrouble) {
          case THROTTLED ->
              error(429, "es_rejected_execution_exception", "rejected execution of coordinating");
          case SERVER_ERROR -> error(503, "cluster_manager_not_discovered_exception", "");
          case EXPIRED_CREDENTIALS ->
              Response.of(
                  403, "{\"message\":\"The security token included in the request is expired\"}");
          case DENIED ->
              Response.of(
                  403,
                  "{\"Message\":\"User: anonymous is not authorized to perform: es:ESHttpPost\"}");
          case MISSING -> error(404, "index_not_found_exception", "no such index [" + index + "]");
          default -> throw new IllegalArgumentException("the network's trouble: " + newTrouble);
        };
  }

  private static Response error(int status, String type, String reason) {
    ObjectNode body = OpenSearchClient.JSON.createObjectNode().put("status", status);
    body.putObject("error").put("type", type).put("reason", reason);
    return Response.of(status, body.toString());
  }

  @Override
  protected void answerWell() {
    trouble = null;
    failing = Set.of();
  }

  private Response answer(Request request) throws Exception {
    if (request.path().endsWith("/_bulk")) {
      calls.incrementAndGet();
    }
    Response instead = trouble;
    if (instead != null) {
      return instead;
    }
    return failing.isEmpty() ? server.forward(request, request.body()) : answerInPart(request);
  }

  private Response answerInPart(Request request) throws Exception {
    Set<Integer> refused = failing;
    List<byte[]> entries = entries(request.body());
    ByteArrayOutputStream others = new ByteArrayOutputStream();
    for (int place = 0; place < entries.size(); place++) {
      if (!refused.contains(place)) {
        others.writeBytes(entries.get(place));
      }
    }
    Iterator<JsonNode> taken =
        others.size() == 0
            ? List.<JsonNode>of().iterator()
            : OpenSearchClient.JSON
                .readTree(server.forward(request, others.toByteArray()).body())
                .path("items")
                .iterator();
    ObjectNode answer = OpenSearchClient.JSON.createObjectNode().put("errors", true);
    ArrayNode items = answer.putArray("items");
    for (int place = 0; place < entries.size(); place++) {
      if (refused.contains(place)) {
        items.addObject().set("index", refusal(entries.get(place)));
      } else {
        items.add(taken.next());
      }
    }
    return Response.of(200, answer.toString());
  }

  private static ObjectNode refusal(byte[] entry) throws IOException {
    ObjectNode item = OpenSearchClient.JSON.createObjectNode();
    item.set("_id", OpenSearchClient.JSON.readTree(entry).at("/index/_id"));
    item.put("status", 429)
        .putObject("error")
        .put("type", "es_rejected_execution_exception")
        .put("reason", "rejected execution of primary operation");
    return item;
  }

  /** Cuts a body into pairs of lines. */
  private static List<byte[]> entries(byte[] body) {
    List<byte[]> entries = new ArrayList<>();
    int from = 0;
    int lines = 0;
    for (int at = 0; at < body.length; at++) {
      if (body[at] == '\n' && ++lines % 2 == 0) {
        entries.add(Arrays.copyOfRange(body, from, at + 1));
        from = at + 1;
      }
    }
    return entries;
  }

  @Override
  public void close() {
    super.close();
    front.close();
    try {
      server.deleteIndex(index);
    } catch (IOException e) {
      throw new IllegalStateException("index " + index + " is left", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
