package org.streamfanout.kcl;

import java.util.List;
import java.util.function.Consumer;
import org.streamfanout.core.FanoutEngine;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.Scheduler;
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
    KclClients.Given given) {

  KclClients clients() {
    return given.open();
  }

  Streams resolve(KinesisAsyncClient kinesis) {
    boolean several = streams.size() > 1;
    return new Streams(
        streams.stream().map(stream -> stream.resolve(kinesis, several)).toList(), position);
  }

  SchedulerRun scheduler(KclClients clients, Streams streams, FanoutShardProcessors processors) {
    ConfigsBuilder builder =
        new ConfigsBuilder(
            streams.tracker(),
            applicationName,
            clients.kinesis(),
            clients.dynamoDb(),
            clients.cloudWatch(),
            workerId,
            processors);
    KclSettings settings =
        new KclSettings(
            builder.checkpointConfig(),
            builder.coordinatorConfig(),
            builder.leaseManagementConfig(),
            builder.lifecycleConfig(),
            builder.metricsConfig(),
            builder.processorConfig(),
            builder.retrievalConfig());
    settings.metrics().metricsFactory(metrics);
    // A checkpoint that had to wait is written although nothing more arrives.
    settings.processor().callProcessRecordsEvenForEmptyRecordList(true);
    settings.retrieval().retrievalSpecificConfig(retrievalOf(clients.kinesis(), streams));
    changes.accept(settings);
    SchedulerRun.Start start =
        new SchedulerRun.Start(settings.coordinator().workerStateChangeListener());
    settings.coordinator().workerStateChangeListener(start);
    settings.lifecycle().aggregatorUtil(new WholeRecords());
    Scheduler scheduler =
        new Scheduler(
            settings.checkpoint(),
            settings.coordinator(),
            settings.leases(),
            settings.lifecycle(),
            settings.metrics(),
            settings.processor(),
            settings.retrieval());
    return new SchedulerRun(scheduler, processors.live(), options, start);
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
