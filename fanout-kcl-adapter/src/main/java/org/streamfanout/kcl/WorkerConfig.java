package org.streamfanout.kcl;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.metrics.MetricsFactory;
import software.amazon.kinesis.retrieval.RetrievalSpecificConfig;
import software.amazon.kinesis.retrieval.fanout.FanOutConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/** All that a worker's builder was told, and how KCL's scheduler is made of it. */
record WorkerConfig(
    FanoutEngine engine,
    String applicationName,
    String workerId,
    List<TrackedStream> streams,
    Retrieval retrieval,
    InitialPositionInStreamExtended position,
    KclOptions options,
    MetricsFactory metrics,
    Consumer<KclSettings> changes,
    KclClients.Given given)
    implements WorkerPlan {

  @Override
  public Opened open() {
    KclClients clients = given.open();
    return new Opened() {
      private @Nullable StreamRetention retention;

      @Override
      public SchedulerRun prepare() {
        Streams resolved = resolve(clients.kinesis());
        SchedulerRun run = scheduler(clients, resolved);
        List<Source> sources = resolved.all().stream().map(each -> each.source()).toList();
        retention = new StreamRetention(clients.kinesis(), sources, engine::learnRetention).start();
        return run;
      }

      @Override
      public void close() {
        if (retention != null) {
          retention.close();
        }
        clients.close();
      }
    };
  }

  private Streams resolve(KinesisAsyncClient kinesis) {
    boolean several = streams.size() > 1;
    return new Streams(
        streams.stream().map(stream -> stream.resolve(kinesis, several)).toList(), position);
  }

  private SchedulerRun scheduler(KclClients clients, Streams streams) {
    FanoutShardProcessors processors =
        new FanoutShardProcessors(engine, options, streams.sources(), RecordUnit.SOURCE_RECORD);
    ConfigsBuilder builder =
        new ConfigsBuilder(
            streams.tracker(),
            applicationName,
            clients.kinesis(),
            clients.dynamoDb(),
            clients.cloudWatch(),
            workerId,
            processors);
    KclSettings settings = KclSettings.of(builder);
    settings.metrics().metricsFactory(metrics);
    // A checkpoint that had to wait is written although nothing more arrives.
    settings.processor().callProcessRecordsEvenForEmptyRecordList(true);
    settings.retrieval().retrievalSpecificConfig(retrievalOf(clients.kinesis(), streams));
    changes.accept(settings);
    settings.lifecycle().aggregatorUtil(new WholeRecords());
    return SchedulerRun.of(settings, processors.live(), options);
  }

  private RetrievalSpecificConfig retrievalOf(KinesisAsyncClient kinesis, Streams streams) {
    if (retrieval == Retrieval.POLLING) {
      return streams.areSeveral()
          ? new PollingConfig(kinesis)
          : new PollingConfig(streams.first().identifier().streamName(), kinesis);
    }
    FanOutConfig fanOut = new FanOutConfig(kinesis).applicationName(applicationName);
    if (!streams.areSeveral()) {
      fanOut.streamName(streams.first().identifier().streamName());
      fanOut.consumerArn(streams.first().consumerArn());
    }
    return fanOut;
  }
}
