package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;

/** Against a stand-in for the Streams API. */
final class WatchedStreamsTest {
  private static final Source STREAM = Source.of(StreamStandIn.ARN);
  private static final String SHARD = "shardId-1";

  private final StreamStandIn stream = new StreamStandIn().open(SHARD, null).add(SHARD, 25);
  private final List<LostRecords> lost = new ArrayList<>();
  private final WatchedStreams watched =
      new WatchedStreams(stream, new LossReports(STREAM, lost::add));

  private String iterator(ShardIteratorType type, String after) {
    return watched
        .getShardIterator(
            request ->
                request
                    .streamArn(StreamStandIn.ARN)
                    .shardId(SHARD)
                    .shardIteratorType(type)
                    .sequenceNumber(after))
        .shardIterator();
  }

  private GetRecordsResponse records(String iterator) {
    return watched.getRecords(request -> request.shardIterator(iterator));
  }

  @Test
  void getRecords_allThatThereIs_reportsNothing() {
    String iterator = iterator(ShardIteratorType.TRIM_HORIZON, null);
    stream.end(SHARD);
    int read = 0;
    while (iterator != null) {
      GetRecordsResponse response = records(iterator);
      read += response.records().size();
      iterator = response.nextShardIterator();
    }

    assertThat(read).isEqualTo(25);
    assertThat(lost).isEmpty();
  }

  @Test
  void getShardIterator_afterWhatIsTrimmed_reportsItAndFailsAsBefore() {
    stream.trim(SHARD, 7);

    assertThatThrownBy(() -> iterator(ShardIteratorType.AFTER_SEQUENCE_NUMBER, "100003"))
        .isInstanceOf(TrimmedDataAccessException.class);
    assertThat(lost)
        .containsExactly(new LostRecords(STREAM, SHARD, "100003", "DynamoDB has trimmed them"));
  }

  @Test
  void getShardIterator_ofAShardThatIsGone_reportsIt() {
    stream.remove(SHARD);

    assertThatThrownBy(() -> iterator(ShardIteratorType.AFTER_SEQUENCE_NUMBER, "100003"))
        .isInstanceOf(ResourceNotFoundException.class);
    assertThat(lost)
        .containsExactly(
            new LostRecords(STREAM, SHARD, "100003", "the stream has no such shard any more"));
  }

  @Test
  void getRecords_trimmedWhileReading_reportsTheShardAndHowFarItWasRead() {
    String next = records(iterator(ShardIteratorType.TRIM_HORIZON, null)).nextShardIterator();
    stream.trim(SHARD, 15);

    assertThatThrownBy(() -> records(next)).isInstanceOf(TrimmedDataAccessException.class);
    assertThat(lost)
        .containsExactly(new LostRecords(STREAM, SHARD, "100010", "DynamoDB has trimmed them"));
  }

  @Test
  void getRecords_goneBeforeAnythingWasRead_reportsTheShardAlone() {
    String first = iterator(ShardIteratorType.TRIM_HORIZON, null);
    stream.remove(SHARD);

    assertThatThrownBy(() -> records(first)).isInstanceOf(ResourceNotFoundException.class);
    assertThat(lost)
        .containsExactly(
            new LostRecords(STREAM, SHARD, null, "the stream has no such shard any more"));
  }

  @Test
  void getRecords_withTheIteratorOfSomebodyElse_reportsWithoutAShard() {
    assertThatThrownBy(() -> records("other|0")).isInstanceOf(ResourceNotFoundException.class);

    assertThat(lost)
        .containsExactly(
            new LostRecords(STREAM, null, null, "the stream has no such shard any more"));
  }

  @Test
  void getRecords_listenerThatFails_changesNothing() {
    WatchedStreams other =
        new WatchedStreams(
            stream,
            new LossReports(
                STREAM,
                each -> {
                  throw new IllegalStateException("listener");
                }));

    assertThatThrownBy(() -> other.getRecords(request -> request.shardIterator("other|0")))
        .isInstanceOf(ResourceNotFoundException.class);
  }
}
