package org.streamfanout.kcl;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsRequest;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsResponse;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * The Streams API with an eye on what it no longer has. The adapter takes a shard that is gone for
 * one that has ended, and goes on with the oldest record where those wanted are trimmed; the first
 * it logs as information, the second as a warning. Thread-safe; closes nothing.
 */
final class WatchedStreams implements DynamoDbStreamsClient {
  private static final String GONE = "the stream has no such shard any more";
  private static final String TRIMMED = "DynamoDB has trimmed them";

  private final DynamoDbStreamsClient streams;
  private final LossReports reports;

  /** By shard: GetRecords does not say whose records it is asked for. */
  private final Map<String, Reading> readings = new ConcurrentHashMap<>();

  /** Where a shard is read next, and up to where it was. */
  private record Reading(@Nullable String iterator, @Nullable String after) {}

  WatchedStreams(DynamoDbStreamsClient streams, LossReports reports) {
    this.streams = streams;
    this.reports = reports;
  }

  @Override
  public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
    return streams.describeStream(request);
  }

  @Override
  public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
    String shard = request.shardId();
    try {
      GetShardIteratorResponse response = streams.getShardIterator(request);
      String iterator = response.shardIterator();
      readings.put(shard, new Reading(iterator, request.sequenceNumber()));
      return response;
    } catch (TrimmedDataAccessException e) {
      reports.report(shard, request.sequenceNumber(), TRIMMED);
      throw e;
    } catch (ResourceNotFoundException e) {
      reports.report(shard, request.sequenceNumber(), GONE);
      throw e;
    }
  }

  @Override
  public GetRecordsResponse getRecords(GetRecordsRequest request) {
    try {
      GetRecordsResponse response = streams.getRecords(request);
      advance(request.shardIterator(), response);
      return response;
    } catch (TrimmedDataAccessException e) {
      report(request, TRIMMED);
      throw e;
    } catch (ResourceNotFoundException e) {
      report(request, GONE);
      throw e;
    }
  }

  private void advance(String iterator, GetRecordsResponse response) {
    String shard = shardOf(iterator);
    if (shard == null) {
      return;
    }
    String next = response.nextShardIterator();
    if (next == null) {
      readings.remove(shard);
    } else {
      int count = response.records().size();
      readings.computeIfPresent(
          shard,
          (same, reading) ->
              new Reading(
                  next,
                  count == 0
                      ? reading.after()
                      : response.records().get(count - 1).dynamodb().sequenceNumber()));
    }
  }

  private void report(GetRecordsRequest request, String reason) {
    String shard = shardOf(request.shardIterator());
    Reading reading = shard == null ? null : readings.get(shard);
    reports.report(shard, reading == null ? null : reading.after(), reason);
  }

  private @Nullable String shardOf(String iterator) {
    for (Map.Entry<String, Reading> each : readings.entrySet()) {
      if (iterator.equals(each.getValue().iterator())) {
        return each.getKey();
      }
    }
    return null;
  }

  @Override
  public ListStreamsResponse listStreams(ListStreamsRequest request) {
    return streams.listStreams(request);
  }

  @Override
  public String serviceName() {
    return streams.serviceName();
  }

  @Override
  public void close() {}
}
