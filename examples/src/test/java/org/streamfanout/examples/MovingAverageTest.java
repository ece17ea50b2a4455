package org.streamfanout.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.core.kafka.KafkaRecords;
import org.streamfanout.spi.BatchTransform.Output;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;

class MovingAverageTest {
  private static List<Output> outputs(String... values) {
    return new MovingAverage()
        .apply(
            IntStream.range(0, values.length)
                .mapToObj(
                    offset ->
                        KafkaRecords.record(
                            "t", 0, offset, null, Bytes.utf8(values[offset]), List.of(), 0))
                .toList());
  }

  private static String reading(String device, String time, String temperature) {
    return """
        {"device_id": %s, "timestamp": "%s", "temperature": %s}"""
        .formatted(device, time, temperature);
  }

  private static String data(FanoutRecord record) {
    Bytes data = record.data();
    return data == null ? "none" : data.utf8();
  }

  @Test
  void apply_readingsOfTwoDevices_makesAnOutputOfEach() {
    List<Output> outputs =
        outputs(
            reading("7", "2022-07-01T12:00:02", "20"),
            reading("8", "2022-07-01T12:00:01", "5.5"),
            reading("7", "2022-07-01T12:00:00", "23"));

    assertThat(outputs)
        .extracting(output -> data(output.record()))
        .containsExactly(
            "{\"device_id\":7,\"window_start\":\"2022-07-01T12:00:00\","
                + "\"window_stop\":\"2022-07-01T12:00:02\",\"avg_temp\":22}",
            "{\"device_id\":8,\"window_start\":\"2022-07-01T12:00:01\","
                + "\"window_stop\":\"2022-07-01T12:00:01\",\"avg_temp\":6}");
    assertThat(outputs).extracting(output -> output.record().key()).containsExactly("7", "8");
    assertThat(outputs.get(0).from())
        .extracting(FanoutRecord::sequenceNumber)
        .containsExactly("0", "2");
  }

  /** The averages are what {@code round(sum(x) / len(x))} says in Python 3. */
  @ParameterizedTest
  @CsvSource({
    "0.5, 0",
    "1.5, 2",
    "2.5, 2",
    "-0.5, 0",
    "-1.5, -2",
    "-2.5, -2",
    "0.49, 0",
    "2.51, 3",
    "20;21, 20",
    "21;22, 22",
    "20.1;20.2;20.9, 20",
    "1;2;2, 2",
    "-3;-4, -4",
    "0.1;0.2, 0",
    "1000000;1000001, 1000000",
    "1e22;1e22, 10000000000000000000000",
    "36.6;36.7;36.8;35.9, 36"
  })
  void apply_temperatures_averageIsRoundedAsPythonDoes(String temperatures, String average) {
    String[] readings =
        Arrays.stream(temperatures.split(";"))
            .map(each -> reading("1", "t", each))
            .toArray(String[]::new);

    assertThat(data(outputs(readings).get(0).record())).endsWith("\"avg_temp\":" + average + "}");
  }

  @Test
  void apply_whatIsNoReading_goesOnAsItIs() {
    List<Output> outputs =
        outputs(
            "no JSON",
            reading("7", "a", "1"),
            "{\"device_id\": \"seven\", \"timestamp\": \"a\", \"temperature\": 1}",
            "[]",
            reading("7", "b", "1e400"));

    assertThat(outputs)
        .extracting(output -> data(output.record()))
        .startsWith("no JSON")
        .hasSize(5);
    assertThat(outputs).allSatisfy(output -> assertThat(output.from()).hasSize(1));
  }

  @Test
  void apply_tombstone_goesOnAsItIs() {
    FanoutRecord tombstone = KafkaRecords.record("t", 0, 0, null, null, List.of(), 0);

    assertThat(new MovingAverage().apply(List.of(tombstone)))
        .containsExactly(new Output(tombstone, List.of(tombstone)));
  }
}
