package org.streamfanout.kcl;

import software.amazon.kinesis.checkpoint.CheckpointConfig;
import software.amazon.kinesis.coordinator.CoordinatorConfig;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.lifecycle.LifecycleConfig;
import software.amazon.kinesis.metrics.MetricsConfig;
import software.amazon.kinesis.processor.ProcessorConfig;
import software.amazon.kinesis.retrieval.RetrievalConfig;

/**
 * KCL's own settings, to be changed in place before a scheduler is made of them: fail-over time,
 * table names, capacity and all the others that {@link FanoutWorker} has no opinion of.
 *
 * @param checkpoint KCL's
 * @param coordinator KCL's
 * @param leases KCL's
 * @param lifecycle KCL's, but for the aggregator
 * @param metrics KCL's
 * @param processor KCL's
 * @param retrieval KCL's, but for streams and the way of reading
 */
public record KclSettings(
    CheckpointConfig checkpoint,
    CoordinatorConfig coordinator,
    LeaseManagementConfig leases,
    LifecycleConfig lifecycle,
    MetricsConfig metrics,
    ProcessorConfig processor,
    RetrievalConfig retrieval) {}
