package org.streamfanout.aws;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.regions.Region;

/**
 * Plain HTTP calls over the connections of {@link AwsClients}, signed or not, for destinations that
 * the SDK has no client of. Makes one attempt a call, follows no redirect, and stops at the
 * deadline and at an interrupt. Thread-safe.
 */
public final class AwsHttp {
  /** Far above any answer to a batch; what is larger is none. */
  private static final int LONGEST_ANSWER = 32 << 20;

  private static final String EXPIRED = "security token included in the request is expired";
  private static final int LONGEST_SEARCHED = 4_096;
  private static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();

  private final SdkHttpClient client;
  private final ScheduledExecutorService timer;
  private final String base;
  private final @Nullable Signing signing;

  /** How calls are signed: as whom, for which service and region. */
  record Signing(AwsCredentialsProvider credentials, String service, Region region) {}

  AwsHttp(
      SdkHttpClient client, ScheduledExecutorService timer, URI base, @Nullable Signing signing) {
    this.client = client;
    this.timer = timer;
    this.base = base.toString().replaceAll("/+$", "");
    this.signing = signing;
  }

  /**
   * What came back.
   *
   * @param status the HTTP status
   * @param retryAfter the header of this name; null if there is none
   * @param errorType what AWS puts into a header as the error's code; null if there is none
   * @param body the whole body; empty if there is none
   */
  public record Answer(
      int status, @Nullable String retryAfter, @Nullable String errorType, Bytes body) {
    /** Returns whether AWS calls the credentials of the call expired. */
    public boolean isExpiredCredentials() {
      return status >= 400
          && status < 500
          && (AwsCodes.isExpired(errorType)
              || body.slice(0, Math.min(body.length(), LONGEST_SEARCHED)).utf8().contains(EXPIRED));
    }
  }

  /**
   * Makes a call.
   *
   * @param pathAndQuery as it goes into the request line, percent-encoded, from its slash on
   * @param headers beside those that HTTP and the signature need
   * @throws SdkClientException if there was no whole answer; {@link AwsFailures#classify} says what
   *     that means
   */
  public Answer send(
      SdkHttpMethod method,
      String pathAndQuery,
      Map<String, String> headers,
      Bytes body,
      Deadline deadline) {
    if (deadline.isExpired()) {
      throw ApiCallTimeoutException.create("the deadline has passed; nothing was sent", null);
    }
    SdkHttpRequest.Builder request =
        SdkHttpRequest.builder().uri(URI.create(base + pathAndQuery)).method(method);
    headers.forEach(request::putHeader);
    ContentStreamProvider payload =
        () -> new ByteArrayInputStream(body.array(), body.offset(), body.length());
    if (method != SdkHttpMethod.HEAD && method != SdkHttpMethod.GET) {
      request.putHeader("Content-Length", Integer.toString(body.length()));
    }
    Signing as = signing;
    AwsCredentials credentials = as == null ? null : as.credentials().resolveCredentials();
    SdkHttpRequest prepared = request.build();
    HttpExecuteRequest.Builder execute = HttpExecuteRequest.builder();
    if (as == null || credentials == null) {
      execute.request(prepared).contentStreamProvider(body.isEmpty() ? null : payload);
    } else {
      SignedRequest signed =
          SIGNER.sign(
              sign ->
                  sign.identity(credentials)
                      .request(prepared)
                      .payload(payload)
                      .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, as.service())
                      .putProperty(AwsV4HttpSigner.REGION_NAME, as.region().id()));
      execute
          .request(signed.request())
          .contentStreamProvider(body.isEmpty() ? null : signed.payload().orElse(payload));
    }
    Answer answer = execute(client.prepareRequest(execute.build()), deadline);
    if (as != null
        && credentials != null
        && as.credentials() instanceof AssumedRole role
        && answer.isExpiredCredentials()) {
      role.expired(credentials.accessKeyId());
    }
    return answer;
  }

  private Answer execute(ExecutableHttpRequest request, Deadline deadline) {
    AtomicBoolean late = new AtomicBoolean();
    ScheduledFuture<?> end =
        timer.schedule(
            () -> {
              late.set(true);
              request.abort();
            },
            deadline.remainingNanos(),
            TimeUnit.NANOSECONDS);
    try {
      HttpExecuteResponse response = request.call();
      SdkHttpResponse head = response.httpResponse();
      Optional<AbortableInputStream> content = response.responseBody();
      return new Answer(
          head.statusCode(),
          head.firstMatchingHeader("Retry-After").orElse(null),
          head.firstMatchingHeader("x-amzn-ErrorType").orElse(null),
          content.isPresent() ? read(content.get()) : Bytes.EMPTY);
    } catch (IOException error) {
      if (Thread.currentThread().isInterrupted()) {
        throw AbortedException.create("interrupted while waiting for the answer", error);
      }
      throw late.get()
          ? ApiCallTimeoutException.create("no answer within the time that was left", error)
          : SdkClientException.create("the call failed", error);
    } finally {
      end.cancel(false);
    }
  }

  private static Bytes read(AbortableInputStream content) throws IOException {
    try (content) {
      byte[] body = content.readNBytes(LONGEST_ANSWER + 1);
      if (body.length > LONGEST_ANSWER) {
        content.abort();
        throw new IOException("an answer of more than " + LONGEST_ANSWER + " bytes");
      }
      return Bytes.wrap(body);
    }
  }

  /** Returns a part of a path, percent-encoded: everything but letters, digits and {@code -._~}. */
  public static String encoded(String pathPart) {
    StringBuilder encoded = new StringBuilder();
    for (byte each : pathPart.getBytes(StandardCharsets.UTF_8)) {
      char letter = (char) (each & 0xff);
      boolean plain =
          (letter >= 'a' && letter <= 'z')
              || (letter >= 'A' && letter <= 'Z')
              || (letter >= '0' && letter <= '9')
              || "-._~".indexOf(letter) >= 0;
      encoded.append(plain ? letter : String.format("%%%02X", (int) letter));
    }
    return encoded.toString();
  }
}
