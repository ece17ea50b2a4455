package org.streamfanout.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsConsumerTaskFactory;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsDataFetcher;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsSleepTimeController;
import com.amazonaws.services.dynamodbv2.streamsadapter.StreamsSchedulerFactory;
import com.amazonaws.services.dynamodbv2.streamsadapter.polling.DynamoDBStreamsPollingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.utils.SdkAutoCloseable;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.metrics.MetricsFactory;
import software.amazon.kinesis.processor.StreamTracker;

/** All that a table worker's builder was told, and how KCL's scheduler is made of it. */
record TablePlan(
    FanoutEngine engine,
    String applicationName,
    Source stream,
    String workerId,
    InitialPositionInStream position,
    @Nullable List<String> keyAttributes,
    KclOptions options,
    MetricsFactory metrics,
    Consumer<KclSettings> changes,
    Consumer<LostRecords> losses,
    @Nullable DynamoDbStreamsClient givenStreams,
    KclClients.Given given)
    implements WorkerPlan {

  /** Returns how KCL knows the stream; throws IllegalArgumentException for what is no stream. */
  StreamTracker tracker() {
    return StreamsSchedulerFactory.createSingleStreamTracker(
        stream.id(), InitialPositionInStreamExtended.newInitialPosition(position));
  }

  private Region region() {
    return Region.of(String.valueOf(stream.region()));
  }

  @Override
  public Opened open() {
    List<SdkAutoCloseable> own = new ArrayList<>();
    try {
      DynamoDbStreamsClient streams = givenStreams;
      if (streams == null) {
        streams =
            DynamoDbStreamsClient.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .region(region())
                .build();
        own.add(streams);
      }
      return new TableRun(streams, own);
    } catch (RuntimeException e) {
      own.forEach(SdkAutoCloseable::close);
      throw e;
    }
  }

  /** A run with its clients. */
  private final class TableRun implements Opened {
    private final DynamoDbStreamsClient streams;
    private final LossReports reports;
    private final AmazonDynamoDBStreamsAdapterClient adapter;
    private final KclClients clients;
    private final List<SdkAutoCloseable> own;

    TableRun(DynamoDbStreamsClient streams, List<SdkAutoCloseable> own) {
      this.streams = streams;
      this.own = own;
      reports = new LossReports(stream, losses);
      adapter =
          new AmazonDynamoDBStreamsAdapterClient(new WatchedStreams(streams, reports), region());
      clients =
          new KclClients.Given(given.region(), adapter, given.dynamoDb(), given.cloudWatch())
              .open();
    }

    @Override
    public void close() {
      clients.close();
      own.forEach(SdkAutoCloseable::close);
    }

    @Override
    public SchedulerRun prepare() {
      TableRecords records = new TableRecords(stream, TableKeys.of(streams, stream, keyAttributes));
      TableShardProcessors processors = new TableShardProcessors(engine, options, stream, records);
      KclSettings settings =
          KclSettings.of(
              new ConfigsBuilder(
                  tracker(),
                  applicationName,
                  adapter,
                  clients.dynamoDb(),
                  clients.cloudWatch(),
                  workerId,
                  processors));
      settings.metrics().metricsFactory(metrics);
      // A checkpoint that had to wait is written although nothing more arrives.
      settings.processor().callProcessRecordsEvenForEmptyRecordList(true);
      DynamoDBStreamsPollingConfig polling = new DynamoDBStreamsPollingConfig(adapter);
      settings.retrieval().retrievalSpecificConfig(polling);
      changes.accept(settings);
      polling.dataFetcherProvider(shard -> new DynamoDBStreamsDataFetcher(adapter, shard));
      polling.sleepTimeController(new DynamoDBStreamsSleepTimeController());
      settings.retrieval().retrievalSpecificConfig(polling);
      settings.lifecycle().aggregatorUtil(new TableRecordsAsTheyAre());
      lease(settings);
      return SchedulerRun.of(settings, processors.live(), options);
    }

    /** What the adapter's own StreamsSchedulerFactory sets, but for its lease management. */
    private void lease(KclSettings settings) {
      settings.coordinator().skipShardSyncAtWorkerInitializationIfLeasesExist(true);
      settings.leases().consumerTaskFactory(new DynamoDBStreamsConsumerTaskFactory());
      // Shards of a table have no ranges of hash keys, in which KCL would look for holes.
      settings.leases().leasesRecoveryAuditorInconsistencyConfidenceThreshold(0);
      settings.leases().shardSyncIntervalMillis(0);
      settings.leases().leaseManagementFactory(new TableLeases(settings, reports));
    }
  }
}
