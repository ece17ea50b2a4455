package org.streamfanout.provider.s3;

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
import org.streamfanout.testservers.S3Server;

/** Against S3Mock. */
class S3TargetProviderKitIT extends TargetProviderKit {
  private static S3Server server;

  @BeforeAll
  static void startServer() {
    server = S3Server.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  protected TargetProvider provider() {
    return new S3TargetProvider();
  }

  @Override
  protected KitDestination open() {
    return S3Destination.open(server.endpoint(), Map.of("compression", "gzip"));
  }

  /** An object is there whole or not at all. */
  @Override
  protected boolean failsEntries() {
    return false;
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(target("s3://127.0.0.1/x").build(), List.of("destination")),
        new InvalidTarget(
            target("https://bucket.s3.amazonaws.com/x")
                .role("r")
                .region("nowhere")
                .externalId("?")
                .options(
                    Map.of(
                        "format", "csv", "compression", "zip", "key", "../{x}", "ifNoneMatch", "1"))
                .build(),
            List.of(
                "destination",
                "role 'r'",
                "region",
                "externalId",
                "'format'",
                "'compression'",
                "'key'",
                "'ifNoneMatch'")));
  }

  private static TargetConfig.Builder target(String destination) {
    return TargetConfig.builder(Records.KINESIS, "bad", "s3", destination);
  }

  /** Line breaks between the tokens of a record become blanks. */
  @Override
  protected Bytes expected(Message message) {
    byte[] body = message.body().toByteArray();
    for (int at = 0; at < body.length; at++) {
      body[at] = body[at] == '\n' ? (byte) ' ' : body[at];
    }
    return Bytes.wrap(body);
  }
}
