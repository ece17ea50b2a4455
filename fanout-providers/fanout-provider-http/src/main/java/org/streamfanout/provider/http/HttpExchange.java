package org.streamfanout.provider.http;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Deadline;

/**
 * One request and the head of its answer. One use.
 *
 * <p>The answer counts from its head on: a body that is cut off, or never ends, changes nothing. It
 * is read and thrown away, so that the connection can be used again, but not beyond {@link
 * #MAX_BODY}.
 */
final class HttpExchange {
  private static final int MAX_BODY = 65_536;

  private volatile @Nullable ResponseInfo head;

  /**
   * Sends a request and waits for the answer. Nothing goes on once it returns.
   *
   * @return the head of the answer
   * @throws TimeoutException if there is none by the deadline
   * @throws InterruptedException if the thread was interrupted before there was one
   * @throws ExecutionException if there will be none
   */
  ResponseInfo run(HttpClient client, HttpRequest request, Deadline deadline)
      throws TimeoutException, InterruptedException, ExecutionException {
    CompletableFuture<?> answer =
        client.sendAsync(
            request,
            info -> {
              head = info;
              return new Discarding();
            });
    try {
      answer.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException stopped) {
      if (head == null) {
        throw stopped;
      }
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException noEnd) {
      if (head == null) {
        throw noEnd;
      }
    } finally {
      answer.cancel(true);
    }
    ResponseInfo known = head;
    if (known == null) {
      throw new IllegalStateException("an answer without a head");
    }
    return known;
  }

  /** Tells whether the body was read to its end. */
  private static final class Discarding implements BodySubscriber<Boolean> {
    private final CompletableFuture<Boolean> end = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private long left = MAX_BODY;

    @Override
    public CompletionStage<Boolean> getBody() {
      return end;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
      newSubscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        left -= buffer.remaining();
      }
      if (left < 0 && subscription != null) {
        subscription.cancel();
        end.complete(false);
      }
    }

    @Override
    public void onError(Throwable error) {
      end.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      end.complete(true);
    }
  }
}
