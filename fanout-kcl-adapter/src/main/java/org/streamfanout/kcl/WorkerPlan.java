package org.streamfanout.kcl;

/** What a worker is to read, and how KCL's scheduler is made for it. Thread-safe. */
interface WorkerPlan {
  /** Returns the name by which leases say who has them. */
  String workerId();

  /** Returns how shards go on, and how they stop. */
  KclOptions options();

  /** Opens what a run needs. */
  Opened open();

  /** The clients of a run; closing it closes those that are not the caller's. */
  interface Opened extends AutoCloseable {
    /** Makes the run; may call AWS. */
    SchedulerRun prepare();

    @Override
    void close();
  }
}
