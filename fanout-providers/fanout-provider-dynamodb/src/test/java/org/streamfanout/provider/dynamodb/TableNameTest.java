package org.streamfanout.provider.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableNameTest {
  @ParameterizedTest
  @CsvSource({
    "events, 2026-11-21T10:15:30Z, events",
    "events-{yyyy}-w{ww}, 2026-11-21T10:15:30Z, events-2026-w47",
    "events-{yyyy}-w{ww}, 2027-01-03T23:59:59Z, events-2026-w53",
    "events-{yyyy}-w{ww}, 2027-01-04T00:00:00Z, events-2027-w01",
    "events-{yyyy}-w{ww}, 2024-12-30T00:00:00Z, events-2025-w01",
    "events-{yyyy}{MM}{dd}-{HH}, 2027-01-03T23:59:59Z, events-20270103-23",
    "events-{yyyy}, 2024-12-30T00:00:00Z, events-2024",
  })
  void at_aTime_isTheTableOfThatTimeInUtc(String destination, Instant time, String table) {
    assertThat(TableName.parse(destination))
        .hasValueSatisfying(name -> assertThat(name.at(time)).isEqualTo(table));
    String arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/";
    assertThat(TableName.parse(arn + destination))
        .hasValueSatisfying(name -> assertThat(name.at(time)).isEqualTo(arn + table));
  }
}
