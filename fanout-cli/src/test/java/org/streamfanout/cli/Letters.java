package org.streamfanout.cli;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;

/** Dead letters, for tests of what reads them. */
final class Letters {
  static final Source SOURCE = Source.of(Cli.STREAM);
  static final Instant AT = Instant.parse("2026-11-21T14:00:00Z");

  private Letters() {}

  static FanoutRecord record(int number, String key, String data) {
    return FanoutRecord.builder("s0:" + number, Integer.toString(number))
        .shard("s0")
        .key(key)
        .data(Bytes.utf8(data))
        .arrivedAt(AT)
        .build();
  }

  static DeadLetter.Builder letter(String target, FanoutRecord record) {
    return DeadLetter.builder(SOURCE, target, record, Failure.rejected("TooLarge", "x"))
        .shard("s0")
        .attempts(1)
        .firstAttemptAt(AT)
        .lastAttemptAt(AT.plusSeconds(Long.parseLong(record.sequenceNumber())));
  }

  static DeadLetter letter(String target, int number, String data) {
    return letter(target, record(number, "k", data)).build();
  }

  static String lines(DeadLetter... letters) {
    return Arrays.stream(letters)
        .map(letter -> letter.toJson().utf8())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Returns a line as the target {@code file} writes it. */
  static String fileLine(DeadLetter letter) {
    return "{\"key\":\"k\",\"sequenceNumber\":\"1\",\"subSequenceNumber\":0,"
        + "\"explicitHashKey\":null,\"data\":\""
        + Bytes.wrap(letter.toJson().utf8().getBytes(StandardCharsets.UTF_8)).toBase64()
        + "\"}\n";
  }
}
