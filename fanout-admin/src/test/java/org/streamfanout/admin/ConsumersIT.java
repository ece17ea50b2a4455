package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamfanout.testservers.KinesisServer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;

/** Consumers at a server that speaks Kinesis' API. */
class ConsumersIT {
  private static KinesisServer server;
  private static AdminClients clients;
  private static String stream;

  @BeforeAll
  static void start() {
    server = KinesisServer.start();
    clients =
        AdminClients.builder()
            .region("us-east-1")
            .endpoint(server.endpoint())
            .credentials(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
            .build();
    KinesisClient kinesis = clients.client(KinesisClient.class, KinesisClient::builder);
    kinesis.createStream(request -> request.streamName("consumed").shardCount(1));
    kinesis.waiter().waitUntilStreamExists(request -> request.streamName("consumed"));
    stream = new SourceNames(clients).kinesis("consumed").id();
  }

  @AfterAll
  static void stop() {
    clients.close();
    server.close();
  }

  private static Consumers consumers() {
    return new Consumers(clients, Polling.system(Duration.ofMinutes(3)));
  }

  @Test
  void register_consumer_isFoundAndRegisteredOnce() {
    assertThat(consumers().find(stream, "c")).isEmpty();

    String arn = consumers().register(stream, "c");

    assertThat(arn).startsWith(stream + "/consumer/c:");
    assertThat(consumers().find(stream, "c"))
        .isEqualTo(Optional.of(new Consumers.Found(arn, ConsumerStatus.ACTIVE)));
    assertThat(consumers().register(stream, "c")).isEqualTo(arn);
    assertThat(HookSource.of(arn).source().id()).isEqualTo(stream);
  }

  @Test
  void register_streamThatIsNotThere_isTold() {
    assertThatThrownBy(() -> consumers().register(stream + "2", "c"))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("register the consumer 'c'");
  }
}
