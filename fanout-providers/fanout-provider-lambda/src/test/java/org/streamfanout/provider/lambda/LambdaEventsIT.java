package org.streamfanout.provider.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.lambda.LambdaEvents;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.KplAggregate;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;

/**
 * From the engine to what a second function would read, by way of a stand-in for Lambda's Invoke.
 */
@Timeout(300)
class LambdaEventsIT {
  private static final int AGGREGATES = 60;
  private static final int PARTS = 50;

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();

  @AfterEach
  void close() {
    endpoint.close();
  }

  private static Bytes data(int aggregate, int part) {
    return Bytes.utf8((aggregate + "/" + part + " ").repeat(150));
  }

  private static List<FanoutRecord> aggregates() {
    return Records.list(
        AGGREGATES,
        number -> {
          KplAggregate aggregate = new KplAggregate();
          for (int part = 0; part < PARTS; part++) {
            aggregate.add("key-" + part % 7, null, data(number, part));
          }
          return Records.kinesis(number, aggregate);
        });
  }

  @Test
  void process_moreThanOneEventCanHold_isSplitAndReadBackWholeAndInOrder() {
    endpoint.answer(Response.of(202, ""));
    TargetConfig target =
        TargetConfig.builder(
                Records.KINESIS,
                "t",
                "lambda",
                "arn:aws:lambda:eu-west-1:123456789012:function:f:live")
            .deaggregate(true)
            .ordering(Ordering.SHARD)
            .options(Map.of("invocation", "Event"))
            .build();
    FanoutResult result;
    try (FanoutEngine engine =
        FanoutEngine.builder()
            .registry(new InMemoryTargetRegistry(target))
            .setting(ProviderContext.ENDPOINT_URL, endpoint.uri().toString())
            .build()) {
      result =
          engine.process(
              new SourceBatch(Records.KINESIS, Records.SHARD, aggregates()),
              Deadline.after(Duration.ofSeconds(240)));
    }

    assertThat(result.unsettled()).isEmpty();
    List<FanoutRecord> read = new ArrayList<>();
    for (Request request : endpoint.requests()) {
      assertThat(request.body().length).isLessThan(1_048_576);
      for (SourceBatch batch : LambdaEvents.parse(request.body())) {
        assertThat(batch.shard()).isEqualTo(Records.SHARD);
        read.addAll(batch.records());
      }
    }
    assertThat(endpoint.requests()).hasSizeBetween(3, 6);
    assertThat(read).hasSize(AGGREGATES * PARTS);
    List<FanoutRecord> sent = aggregates();
    for (int index = 0; index < read.size(); index++) {
      FanoutRecord aggregate = sent.get(index / PARTS);
      int part = index % PARTS;
      assertThat(read.get(index).id()).isEqualTo(aggregate.id());
      assertThat(read.get(index).position())
          .isEqualTo(new Position(aggregate.sequenceNumber(), part));
      assertThat(read.get(index).key()).isEqualTo("key-" + part % 7);
      assertThat(read.get(index).data()).isEqualTo(data(index / PARTS, part));
    }
  }
}
