package org.streamfanout.admin.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminException;
import org.streamfanout.aws.AwsFailures;
import software.amazon.awssdk.core.exception.SdkException;

/** Lets checks look side by side, each for a bounded time, and none end the others. */
final class Round implements AutoCloseable {
  /** Enough to wait for many destinations at once, and few enough not to be throttled. */
  private static final int THREADS = 16;

  private final Duration limit;
  private final Consumer<String> progress;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, Round::thread);

  private record Running(Check check, Notes notes, CountDownLatch started, Future<?> look) {}

  Round(Duration limit, Consumer<String> progress) {
    this.limit = limit;
    this.progress = progress;
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "fanout-doctor");
    // A call that does not end must not keep the process.
    thread.setDaemon(true);
    return thread;
  }

  /** Returns what the checks found, in their order. */
  List<Diagnosis> all(List<Check> checks) {
    List<Running> running = new ArrayList<>();
    for (Check check : checks) {
      Notes notes = new Notes(check.name());
      CountDownLatch started = new CountDownLatch(1);
      Future<?> look =
          threads.submit(
              () -> {
                started.countDown();
                check.look().accept(notes);
              });
      running.add(new Running(check, notes, started, look));
    }
    List<Diagnosis> found = new ArrayList<>();
    for (Running each : running) {
      progress.accept(each.check().name() + ": " + each.check().subject());
      await(each);
      found.addAll(each.notes().taken());
    }
    return found;
  }

  private void await(Running each) {
    String subject = each.check().subject();
    try {
      each.started().await();
      each.look().get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      each.look().cancel(true);
      each.notes().unknown(subject, "did not end within " + limit.toSeconds() + " s");
    } catch (ExecutionException e) {
      each.notes().unknown(subject, told(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminException("interrupted; nothing was changed");
    }
  }

  private static String told(@Nullable Throwable error) {
    if (error instanceof AdminException) {
      return String.valueOf(error.getMessage());
    }
    return error instanceof SdkException
        ? "AWS does not answer as it should: " + AwsFailures.told(error)
        : "the check itself failed with " + error;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
