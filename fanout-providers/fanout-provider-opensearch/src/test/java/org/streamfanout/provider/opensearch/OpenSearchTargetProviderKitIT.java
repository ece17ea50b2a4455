package org.streamfanout.provider.opensearch;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TargetProviderKit;
import org.streamfanout.testservers.OpenSearchServer;

/** Against a real OpenSearch. */
class OpenSearchTargetProviderKitIT extends TargetProviderKit {
  private static OpenSearchServer server;
  private static OpenSearchClient client;

  @BeforeAll
  static void startServer() {
    server = OpenSearchServer.start();
    client = new OpenSearchClient(server.endpoint());
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  protected TargetProvider provider() {
    return new OpenSearchTargetProvider();
  }

  @Override
  protected KitDestination open() throws Exception {
    return OpenSearchDestination.open(client);
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(target("https://127.0.0.1:1#index").build(), List.of("destination")),
        new InvalidTarget(
            target("search-x.eu-west-1.es.amazonaws.com#Orders")
                .role("r")
                .region("nowhere")
                .options(Map.of("id", "uuid", "action", "delete", "auth", "basic", "user", "a:b"))
                .build(),
            List.of(
                "destination",
                "role 'r'",
                "region",
                "'id'",
                "'action'",
                "auth=sigv4",
                "'user'",
                "'password'")));
  }

  private static TargetConfig.Builder target(String destination) {
    return TargetConfig.builder(Records.KINESIS, "bad", "opensearch", destination);
  }

  /** Line breaks between the tokens of a document become blanks. */
  @Override
  protected Bytes expected(Message message) {
    byte[] body = message.body().toByteArray();
    for (int at = 0; at < body.length; at++) {
      body[at] = body[at] == '\n' ? (byte) ' ' : body[at];
    }
    return Bytes.wrap(body);
  }
}
