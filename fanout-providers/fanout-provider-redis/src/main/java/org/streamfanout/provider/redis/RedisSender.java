package org.streamfanout.provider.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.AsyncCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetSender;

/** Writes each message by one command, those of a batch without waiting in between. Thread-safe. */
final class RedisSender implements TargetSender {
  private final String targetId;
  private final RedisSettings settings;
  private final RedisLink link;

  RedisSender(String targetId, RedisSettings settings, ProviderContext context) {
    this.targetId = targetId;
    this.settings = settings;
    this.link = new RedisLink(settings, context);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
    if (deadline.isExpired()) {
      throw new TimeoutException("no time is left");
    }
    RedisConnection connection = link.connection(deadline);
    List<AsyncCommand<byte[], byte[], ?>> commands = new ArrayList<>(batch.messages().size());
    for (Message message : batch.messages()) {
      commands.add(settings.write().command(message));
    }
    Failure unanswered = RedisFailures.TIMEOUT;
    try {
      connection.dispatch(commands);
      await(commands, deadline);
    } catch (TimeoutException late) {
      unanswered = RedisFailures.TIMEOUT;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      unanswered = RedisFailures.INTERRUPTED;
    } catch (RedisException broken) {
      unanswered = RedisFailures.of(broken);
    }
    return outcomes(commands, unanswered, connection);
  }

  private static void await(List<AsyncCommand<byte[], byte[], ?>> commands, Deadline deadline)
      throws InterruptedException, TimeoutException {
    try {
      CompletableFuture.allOf(commands.toArray(CompletableFuture[]::new))
          .get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException someFailed) {
      // Each command says for itself how it ended.
    }
  }

  private List<Outcome> outcomes(
      List<AsyncCommand<byte[], byte[], ?>> commands,
      Failure unanswered,
      RedisConnection connection) {
    List<Outcome> outcomes = new ArrayList<>(commands.size());
    boolean isBroken = false;
    for (AsyncCommand<byte[], byte[], ?> command : commands) {
      boolean isAnswered = command.isDone();
      Throwable error = isAnswered ? errorOf(command) : null;
      if (!isAnswered) {
        isBroken = true;
        outcomes.add(Outcome.failed(unanswered));
      } else if (error == null) {
        outcomes.add(Outcome.accepted());
      } else {
        isBroken |= RedisFailures.isOfConnection(error);
        outcomes.add(Outcome.failed(RedisFailures.of(error)));
      }
    }
    if (isBroken) {
      commands.forEach(command -> command.cancel(true));
      link.discard(connection);
    }
    return outcomes;
  }

  private static @Nullable Throwable errorOf(AsyncCommand<byte[], byte[], ?> command) {
    try {
      command.getNow(null);
      return null;
    } catch (RuntimeException failed) {
      return failed;
    }
  }

  /** The key's and the value's bytes with an allowance for the command around them. */
  @Override
  public long sizeInBytes(Message message) {
    return settings.write().sizeInBytes(message);
  }

  @Override
  public @Nullable String conflictKey(Message message) {
    return settings.write().conflictKey(message);
  }

  @Override
  public Failure classify(Exception error) {
    return RedisFailures.of(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    String subject = "Redis at " + settings.seeds();
    try {
      link.connection(deadline);
      return List.of(new Finding(Finding.Severity.OK, targetId, subject + " can be reached"));
    } catch (ExecutionException | TimeoutException | RuntimeException error) {
      return List.of(finding(subject, RedisFailures.of(error)));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return List.of(finding(subject, RedisFailures.INTERRUPTED));
    }
  }

  private Finding finding(String subject, Failure failure) {
    boolean isLasting = failure.kind() == Failure.Kind.FATAL;
    return new Finding(
        isLasting ? Finding.Severity.ERROR : Finding.Severity.WARNING,
        targetId,
        subject + " could not be checked: " + failure.code() + ", " + failure.detail());
  }

  @Override
  public void close() {
    link.close();
  }
}
