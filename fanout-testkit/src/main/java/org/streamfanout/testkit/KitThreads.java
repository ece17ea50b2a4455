package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetSender;

/** What the kit asks of a provider about threads and time. */
final class KitThreads {
  private static final int THREADS = 8;
  private static final int BATCHES = 10;

  private KitThreads() {}

  static void sendsSideBySide(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      int size = Math.min(5, run.limits().maxMessages());
      CountDownLatch together = new CountDownLatch(THREADS);
      List<FutureTask<Void>> senders = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        senders.add(
            start(
                () -> {
                  together.countDown();
                  together.await();
                  for (int batch = 0; batch < BATCHES; batch++) {
                    run.sendAccepted(run.messages(size));
                  }
                  return null;
                }));
      }
      for (FutureTask<Void> sender : senders) {
        sender.get(10 * kit.patience().toSeconds(), TimeUnit.SECONDS);
      }
      run.assertArrived();
    }
  }

  static void stopsAtTheDeadline(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      run.sendAccepted(run.messages(1));
      List<Message> messages = run.messages(Math.min(2, run.limits().maxMessages()));
      run.destination.trouble(Trouble.HANG);

      FutureTask<List<Outcome>> send =
          start(() -> run.send(messages, Deadline.after(Duration.ofMillis(300))));

      assertThat(await(kit, send, "its deadline"))
          .allSatisfy(
              outcome -> assertThat(KitRun.failure(outcome).kind()).isEqualTo(Kind.RETRYABLE));
      run.destination.calm();
      run.recover();
    }
  }

  static void sendsNothingAfterTheDeadline(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      run.sendAccepted(run.messages(1));
      run.destination.trouble(Trouble.HANG);
      List<Message> messages = run.messages(1);

      FutureTask<List<Outcome>> send =
          start(() -> run.send(messages, Deadline.after(Duration.ZERO)));

      assertThat(await(kit, send, "a deadline in the past"))
          .allSatisfy(
              outcome -> assertThat(KitRun.failure(outcome).kind()).isEqualTo(Kind.RETRYABLE));
      run.destination.calm();
      run.recover();
    }
  }

  static void stopsAtAnInterrupt(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      run.sendAccepted(run.messages(1));
      List<Message> messages = run.messages(1);
      run.destination.trouble(Trouble.HANG);
      FutureTask<List<Outcome>> send = new FutureTask<>(() -> run.send(messages));
      Thread thread = new Thread(send, "kit-interrupted");
      thread.setDaemon(true);
      thread.start();
      run.destination.awaitHeld();

      thread.interrupt();

      assertThat(await(kit, send, "an interrupt"))
          .allSatisfy(
              outcome -> assertThat(KitRun.failure(outcome).kind()).isEqualTo(Kind.RETRYABLE));
      run.destination.calm();
      run.recover();
    }
  }

  static void closesTwice(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      run.sendAccepted(run.messages(1));
      run.sender.close();
      run.sender.close();
      run.assertArrived();
    }
  }

  /**
   * Targets of one engine share clients and threads: one that goes must leave them to the others.
   */
  static void closesNothingOfAnother(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      run.sendAccepted(run.messages(1));
      TargetSender other = run.provider.open(run.target, run.context);
      run.sendAccepted(other, run.messages(1));

      other.close();

      run.sendAccepted(run.messages(1));
      try (TargetSender later = run.provider.open(run.target, run.context)) {
        run.sendAccepted(later, run.messages(1));
      }
      run.assertArrived();
    }
  }

  private static <T> FutureTask<T> start(Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    Thread thread = new Thread(future, "kit-sender");
    thread.setDaemon(true);
    thread.start();
    return future;
  }

  private static List<Outcome> await(
      TargetProviderKit kit, FutureTask<List<Outcome>> send, String reason) throws Exception {
    try {
      return send.get(kit.patience().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException stillSending) {
      throw new AssertionError(
          "the send goes on " + kit.patience().toSeconds() + " s after " + reason, stillSending);
    }
  }
}
