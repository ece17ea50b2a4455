package org.streamfanout.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamfanout.provider.opensearch.OpenSearchTargetProvider;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.TcpProxy;
import org.streamfanout.testservers.OpenSearchServer;
import org.streamfanout.testservers.ServerFaults;

/** An index, with a document for each record. */
final class BreakableOpenSearch implements BreakableDestination {
  private static final Pattern SOURCE = Pattern.compile("\"_source\":(\\{[^}]*})");

  private final OpenSearchServer server = OpenSearchServer.startBreakable();
  private final TcpProxy proxy = TcpProxy.to(server.endpoint().getPort());
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Override
  public ServerFaults faults() {
    return server.faults();
  }

  @Override
  public TcpProxy proxy() {
    return proxy;
  }

  @Override
  public TargetProvider provider() {
    return new OpenSearchTargetProvider();
  }

  @Override
  public void prepare(String run) throws IOException, InterruptedException {
    call("PUT", "/" + run, "{\"settings\":{\"number_of_shards\":1,\"number_of_replicas\":0}}");
  }

  @Override
  public TargetConfig.Builder target(String run, boolean behindProxy) {
    int port = behindProxy ? proxy.port() : server.endpoint().getPort();
    return BreakableDestination.row("opensearch", "http://127.0.0.1:" + port + "#" + run);
  }

  @Override
  public Map<String, String> settings(boolean behindProxy) {
    return Map.of(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
  }

  @Override
  public Map<String, List<Integer>> read(String run) throws IOException, InterruptedException {
    call("POST", "/" + run + "/_refresh", "");
    Matcher documents = SOURCE.matcher(call("GET", "/" + run + "/_search?size=10000", ""));
    Map<String, List<Integer>> numbers = new LinkedHashMap<>();
    while (documents.find()) {
      int number = BreakableRun.number(documents.group(1));
      numbers.put("document of " + number, List.of(number));
    }
    return numbers;
  }

  private String call(String method, String path, String body)
      throws IOException, InterruptedException {
    URI uri = server.endpoint().resolve(path);
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(uri)
                .header("content-type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    return answer.body();
  }

  @Override
  public boolean remembers() {
    return true;
  }

  /** A record's document has the record's id. */
  @Override
  public boolean showsCopies() {
    return false;
  }

  @Override
  public void close() {
    proxy.close();
    server.close();
  }
}
