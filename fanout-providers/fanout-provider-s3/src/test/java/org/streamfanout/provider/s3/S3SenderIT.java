package org.streamfanout.provider.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Finding.Severity;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testservers.S3Server;

/** What a real server makes of it, beyond what the kit asks. */
@Timeout(300)
class S3SenderIT {
  private static S3Server server;

  private final Bucket bucket = new Bucket(server.endpoint());
  private final TestContext context =
      new TestContext().set(ProviderContext.ENDPOINT_URL, server.endpoint().toString());
  private final S3TargetProvider provider = new S3TargetProvider();

  @BeforeAll
  static void startServer() {
    server = S3Server.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @AfterEach
  void close() {
    context.close();
    bucket.close();
  }

  private TargetSender open(String destination, Map<String, String> options) {
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "t", "s3", destination)
            .region("us-east-1")
            .options(options)
            .build();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private TargetSender open(Map<String, String> options) {
    return open("s3://" + bucket.name, options);
  }

  private static List<Outcome> send(TargetSender sender, FanoutRecord... records) throws Exception {
    return sender.send(Messages.batch(records), Deadline.after(Duration.ofSeconds(60)));
  }

  @ParameterizedTest
  @CsvSource({"none, .jsonl, ", "gzip, .jsonl.gz, gzip", "zstd, .jsonl.zst, zstd"})
  void send_lines_areReadBackAsTheyWere(String compression, String extension, String encoding)
      throws Exception {
    FanoutRecord[] records =
        IntStream.range(0, 1_000)
            .mapToObj(number -> Records.kinesis(number, "k", "{\"n\":" + number + ".0}"))
            .toArray(FanoutRecord[]::new);

    assertThat(send(open(Map.of("compression", compression)), records))
        .containsOnly(Outcome.accepted());

    assertThat(bucket.keys()).hasSize(1);
    String key = bucket.keys().get(0);
    assertThat(key).startsWith("2026/01/01/00/orders-").endsWith(extension);
    assertThat(new String(bucket.content(key), StandardCharsets.UTF_8).lines())
        .containsExactlyElementsOf(
            IntStream.range(0, 1_000).mapToObj(number -> "{\"n\":" + number + ".0}").toList());
    assertThat(bucket.get(key).response().contentType()).isEqualTo("application/x-ndjson");
    assertThat(bucket.get(key).response().contentEncoding()).isEqualTo(encoding);
  }

  @Test
  void send_raw_isByteAfterByte() throws Exception {
    byte[] every = new byte[256];
    for (int value = 0; value < every.length; value++) {
      every[value] = (byte) value;
    }
    FanoutRecord binary = Records.kinesis(1, "k", null).withData(Bytes.wrap(every));
    FanoutRecord empty = Records.kinesis(2, "k", "");

    assertThat(send(open(Map.of("format", "raw")), binary, empty, Records.kinesis(3, "k", "end\n")))
        .containsOnly(Outcome.accepted());

    byte[] content = bucket.content(bucket.keys().get(0));
    assertThat(content).startsWith(every).hasSize(260).endsWith("end\n".getBytes());
    assertThat(bucket.keys().get(0)).endsWith(".bin");
  }

  @Test
  void send_again_writesNoSecondObject() throws Exception {
    FanoutRecord[] records = {Records.kinesis(1, "k", "1"), Records.kinesis(2, "k", "2")};
    for (String condition : List.of("false", "true", "true")) {
      assertThat(send(open(Map.of("ifNoneMatch", condition)), records))
          .containsOnly(Outcome.accepted());
    }

    assertThat(bucket.keys()).hasSize(1);

    assertThat(send(open(Map.of("ifNoneMatch", "true")), Records.kinesis(1, "k", "1")))
        .containsOnly(Outcome.accepted());
    assertThat(bucket.keys()).as("another batch").hasSize(2);
  }

  @Test
  void send_toAMissingBucket_stopsTheTarget() throws Exception {
    List<Outcome> outcomes =
        send(open("s3://no-such-bucket", Map.of()), Records.kinesis(1, "k", "1"));

    assertThat(((Outcome.Failed) outcomes.get(0)).failure().kind()).isEqualTo(Kind.FATAL);
    assertThat(((Outcome.Failed) outcomes.get(0)).failure().code()).isEqualTo("NoSuchBucket");
  }

  @Test
  void check_ofABucket_reachesIt() {
    assertThat(open(Map.of()).check(Deadline.after(Duration.ofSeconds(60))))
        .extracting(Finding::severity)
        .containsExactly(Severity.OK);
    assertThat(open("s3://no-such-bucket", Map.of()).check(Deadline.after(Duration.ofSeconds(60))))
        .extracting(Finding::severity)
        .containsExactly(Severity.ERROR);
  }
}
