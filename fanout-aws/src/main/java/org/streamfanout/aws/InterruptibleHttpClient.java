package org.streamfanout.aws;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * Ends a request when the thread that waits for it is interrupted. A platform thread that reads
 * from a socket does not notice an interrupt by itself, and would keep a send going until its
 * deadline. Thread-safe.
 */
final class InterruptibleHttpClient implements SdkHttpClient {
  /** How long an interrupt may go unnoticed; a request that is shorter costs no check at all. */
  private static final long CHECK_MILLIS = 25;

  private final SdkHttpClient delegate;
  private final ScheduledExecutorService timer;

  InterruptibleHttpClient(SdkHttpClient delegate, ScheduledExecutorService timer) {
    this.delegate = delegate;
    this.timer = timer;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new Watched(delegate.prepareRequest(request), timer);
  }

  @Override
  public String clientName() {
    return delegate.clientName();
  }

  @Override
  public void close() {
    delegate.close();
  }

  private static final class Watched implements ExecutableHttpRequest {
    private final ExecutableHttpRequest request;
    private final ScheduledExecutorService timer;

    Watched(ExecutableHttpRequest request, ScheduledExecutorService timer) {
      this.request = request;
      this.timer = timer;
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
      Thread caller = Thread.currentThread();
      ScheduledFuture<?> watch =
          timer.scheduleWithFixedDelay(
              () -> {
                if (caller.isInterrupted()) {
                  request.abort();
                }
              },
              CHECK_MILLIS,
              CHECK_MILLIS,
              TimeUnit.MILLISECONDS);
      boolean bodyFollows = false;
      try {
        HttpExecuteResponse response = request.call();
        AbortableInputStream body = response.responseBody().orElse(null);
        if (body == null) {
          return response;
        }
        bodyFollows = true;
        return HttpExecuteResponse.builder()
            .response(response.httpResponse())
            .responseBody(
                AbortableInputStream.create(
                    new Body(body, watch),
                    () -> {
                      watch.cancel(false);
                      body.abort();
                    }))
            .build();
      } finally {
        if (!bodyFollows) {
          watch.cancel(false);
        }
      }
    }

    @Override
    public void abort() {
      request.abort();
    }
  }

  /** Ends the watch with the body. */
  private static final class Body extends FilterInputStream {
    private final ScheduledFuture<?> watch;

    Body(InputStream body, ScheduledFuture<?> watch) {
      super(body);
      this.watch = watch;
    }

    @Override
    public int read() throws IOException {
      return endedBy(super.read());
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return endedBy(super.read(bytes, offset, length));
    }

    private int endedBy(int read) {
      if (read < 0) {
        watch.cancel(false);
      }
      return read;
    }

    @Override
    public void close() throws IOException {
      watch.cancel(false);
      super.close();
    }
  }
}
