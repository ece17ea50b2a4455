package org.streamfanout.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.testservers.KafkaServer;

@Timeout(300)
class KafkaConsumerExampleIT {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @Test
  void main_topicWithATombstone_isInTheFileAsItIsInTheLog(@TempDir Path directory)
      throws Exception {
    Path delivered = directory.resolve("delivered.jsonl");
    try (KafkaServer server = KafkaServer.start()) {
      server.createTopic("orders", 1, Map.of("cleanup.policy", "compact"));
      write(server.bootstrapServers());
      Path targets =
          Files.writeString(
              directory.resolve("targets.json"),
              """
              [{"sourceArn": "kafka://%s/orders", "id": "a", "type": "file",
                "destination": "%s", "active": true, "ordering": "KEY"}]
              """
                  .formatted(server.bootstrapServers(), delivered.toString().replace('\\', '/')));

      Thread example =
          new Thread(
              () ->
                  KafkaConsumerExample.main(
                      new String[] {server.bootstrapServers(), "orders", targets.toString()}));
      example.start();
      List<String> lines = awaitLines(delivered, 2);
      example.interrupt();
      example.join(PATIENCE.toMillis());

      assertThat(example.isAlive()).isFalse();
      assertThat(lines.get(0)).contains("\"key\":\"ada\"").contains("\"data\":\"eyJuIjoxfQ==\"");
      assertThat(lines.get(1)).contains("\"key\":\"ada\"").contains("\"data\":null");
    }
  }

  private static void write(String servers) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      byte[] key = "ada".getBytes(UTF_8);
      producer.send(new ProducerRecord<>("orders", key, "{\"n\":1}".getBytes(UTF_8)));
      producer.send(new ProducerRecord<>("orders", key, null));
    }
  }

  private static List<String> awaitLines(Path file, int count) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(file) || Files.readAllLines(file).size() < count) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(file + " has fewer than " + count + " lines");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    return Files.readAllLines(file);
  }
}
