package org.streamfanout.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Duration;
import java.util.List;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.Records;

/**
 * A pattern of somebody who may write rows, and data of somebody who may write records. Jazzer's
 * own timeout finds those that ask for too much.
 */
class FilterPatternFuzzTest {
  @FuzzTest
  void process_anyPatternAndData_everyRecordHasOneEnd(byte[] patternLineAndData) {
    Lines lines = new Lines(patternLineAndData);
    String pattern = lines.next();
    String data = lines.rest();
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "t", "memory", "anywhere")
            .filter(pattern.isBlank() ? null : pattern)
            .onFailure(OnFailure.DROP)
            .build();
    FanoutRecord record = Records.kinesis(Records.SHARD, 1, "key", Bytes.utf8(data));
    try (FanoutEngine engine =
        FanoutEngine.builder()
            .registry(new InMemoryTargetRegistry(target))
            .provider(InMemoryTarget.builder().build())
            .retry(RetryPolicy.DEFAULT)
            .build()) {
      FanoutResult result =
          engine.process(
              new SourceBatch(Records.KINESIS, Records.SHARD, List.of(record)),
              Deadline.after(Duration.ofSeconds(60)));
      TargetCounts counts = result.targets().get(0).counts();

      assertThat(counts.areConserved()).isTrue();
      assertThat(counts.accepted() + counts.filtered() + counts.dropped() + counts.held())
          .isEqualTo(1);
    } catch (FanoutException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
