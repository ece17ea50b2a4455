package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.streamfanout.cli.Cli.Ran;

class ProvidersCommandTest {
  @Test
  void providers_all_listedWithLimitsAndOptions() {
    Ran ran = Cli.run("providers");

    assertThat(ran.errors()).isEmpty();
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out().lines().filter(line -> !line.startsWith(" ") && !line.isEmpty()))
        .extracting(line -> line.substring(0, line.indexOf(':')))
        .contains("console", "file", "firehose", "kafka", "kinesis", "sns", "sqs")
        .isSorted();
    assertThat(ran.out()).contains("option format").contains("limits         10 messages");
  }
}
