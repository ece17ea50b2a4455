package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.Source;
import org.streamfanout.testkit.InMemoryTarget;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.common.InitialPositionInStream;

final class TableWorkerBuilderTest {
  private final FanoutEngine engine =
      FanoutEngine.builder()
          .registry(new InMemoryTargetRegistry())
          .provider(new InMemoryTarget())
          .build();

  @AfterEach
  void close() {
    engine.close();
  }

  private TableWorkerBuilder builder(String arn) {
    return FanoutWorker.tableBuilder(engine, "app", arn);
  }

  @Test
  void build_withAStreamsArnAlone_callsNobody() {
    try (FanoutWorker worker = builder(StreamStandIn.ARN).workerId("me").build()) {
      assertThat(worker.workerId()).isEqualTo("me");
      assertThat(worker.shards()).isEmpty();
    }
  }

  @Test
  void build_anotherPartitionsArn_isTaken() {
    try (FanoutWorker worker =
        builder("arn:aws-cn:dynamodb:cn-north-1:123456789012:table/T/stream/2026-01-01T00:00:00.0")
            .build()) {
      assertThat(worker.workerId()).isNotEmpty();
    }
  }

  @Test
  void build_aKinesisStreamsArn_isAnError() {
    assertThatThrownBy(() -> builder("arn:aws:kinesis:us-east-1:123456789012:stream/s").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not the ARN of a table's stream");
  }

  @Test
  void build_aRegionThatTheSdkDoesNotKnow_isAnError() {
    assertThatThrownBy(
            () ->
                builder("arn:aws:dynamodb:ddblocal:000000000000:table/T/stream/2026-01-01T00:00")
                    .build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void initialPosition_byTime_isAnError() {
    assertThatThrownBy(
            () -> builder(StreamStandIn.ARN).initialPosition(InitialPositionInStream.AT_TIMESTAMP))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A stand-in that describes a stream of a table with these keys. */
  private record Described(List<KeySchemaElement> keys) implements DynamoDbStreamsClient {
    static Described of(String... namesAndTypes) {
      return new Described(
          List.of(namesAndTypes).stream()
              .map(each -> each.split(":"))
              .map(
                  each ->
                      KeySchemaElement.builder().attributeName(each[0]).keyType(each[1]).build())
              .toList());
    }

    @Override
    public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
      if (keys.isEmpty()) {
        throw ResourceNotFoundException.builder().message("no stream").build();
      }
      return DescribeStreamResponse.builder()
          .streamDescription(stream -> stream.keySchema(keys))
          .build();
    }

    @Override
    public String serviceName() {
      return "dynamodb";
    }

    @Override
    public void close() {}
  }

  private static final Source STREAM = Source.of(StreamStandIn.ARN);

  @Test
  void keys_ofTheSchema_areThePartitionKeyThenTheSortKey() {
    assertThat(TableKeys.of(Described.of("z:HASH", "a:RANGE"), STREAM, null))
        .containsExactly("z", "a");
    assertThat(TableKeys.of(Described.of("a:RANGE", "z:HASH"), STREAM, null))
        .containsExactly("z", "a");
    assertThat(TableKeys.of(Described.of("only:HASH"), STREAM, null)).containsExactly("only");
  }

  @Test
  void keys_inAnotherOrder_areTaken() {
    assertThat(TableKeys.of(Described.of("z:HASH", "a:RANGE"), STREAM, List.of("a", "z")))
        .containsExactly("a", "z");
  }

  @Test
  void keys_withOtherNames_areAnError() {
    for (List<String> other :
        List.of(List.of("z"), List.of("z", "b"), List.of("z", "z"), List.of("z", "a", "a"))) {
      assertThatThrownBy(() -> TableKeys.of(Described.of("z:HASH", "a:RANGE"), STREAM, other))
          .isInstanceOf(FanoutException.class)
          .hasMessageContaining("[z, a]");
    }
  }

  @Test
  void run_aStreamThatThereIsNot_isAnErrorThatSaysWhatToDo() {
    try (FanoutWorker worker =
        builder(StreamStandIn.ARN)
            .streamsClient(Described.of())
            .dynamoDbClient(LocalAws.dynamoDb(URI.create("http://127.0.0.1:9")))
            .cloudWatchClient(LocalAws.cloudWatch())
            .build()) {
      assertThatThrownBy(worker::run)
          .isInstanceOf(FanoutException.class)
          .hasMessageContaining("dynamodb:DescribeStream");
    }
  }
}
