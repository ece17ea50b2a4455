package org.streamfanout.provider.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.Payload;
import org.streamfanout.spi.PayloadStore;
import org.streamfanout.spi.ProviderContext;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;

/** Bodies in one bucket, an object each. Thread-safe. */
final class S3PayloadStore implements PayloadStore {
  /** What a bucket's lifecycle rule can tell these objects by. */
  static final String TAG = "streamfanout=claim-check";

  /**
   * What readers look for: the name that payloadoffloading-common 2.2.0 gives its pointer, which is
   * that of a class of theirs.
   */
  private static final String POINTER =
      "[\"software.amazon.payloadoffloading.PayloadS3Pointer\",{\"s3BucketName\":\"";

  private static final Failure NO_TIME =
      Failure.notSent("there was no time left to store the body");
  private static final Failure LATE =
      Failure.retryable("Timeout", "S3 has not answered within the time that was left");

  private final String targetId;
  private final S3Location location;
  private final AwsAccess access;
  private final ProviderContext context;

  S3PayloadStore(String targetId, S3Location location, AwsAccess access, ProviderContext context) {
    this.targetId = targetId;
    this.location = location;
    this.access = access;
    this.context = context;
  }

  @Override
  public List<Outcome> put(List<Payload> payloads, Deadline deadline) throws InterruptedException {
    if (payloads.size() == 1) {
      return List.of(put(payloads.get(0), deadline));
    }
    List<Future<Outcome>> puts = new ArrayList<>(payloads.size());
    try {
      for (Payload payload : payloads) {
        puts.add(PutThreads.of(context).executor.submit(() -> put(payload, deadline)));
      }
      List<Outcome> outcomes = new ArrayList<>(payloads.size());
      for (Future<Outcome> put : puts) {
        outcomes.add(await(put, deadline));
      }
      return outcomes;
    } finally {
      puts.forEach(put -> put.cancel(true));
    }
  }

  private static Outcome await(Future<Outcome> put, Deadline deadline) throws InterruptedException {
    try {
      return put.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | CancellationException late) {
      return Outcome.failed(LATE);
    } catch (ExecutionException error) {
      Throwable cause = error.getCause();
      return Outcome.failed(AwsFailures.classify(cause == null ? error : cause));
    }
  }

  private Outcome put(Payload payload, Deadline deadline) {
    if (deadline.isExpired()) {
      return Outcome.failed(NO_TIME);
    }
    Bytes body = payload.body();
    try {
      S3Clients.client(access, context)
          .putObject(
              request ->
                  request
                      .bucket(location.bucket())
                      .key(location.prefix() + payload.key())
                      .tagging(TAG)
                      .overrideConfiguration(AwsCalls.until(deadline)),
              RequestBody.fromByteBuffer(body.asByteBuffer()));
      return Outcome.accepted();
    } catch (SdkException error) {
      return Outcome.failed(neverTheBodys(AwsFailures.classify(error)));
    }
  }

  /** S3 takes any bytes: what it refuses is the bucket's or the row's fault, which holds. */
  private static Failure neverTheBodys(Failure failure) {
    return failure.kind() == Kind.REJECTED || failure.kind() == Kind.TOO_LARGE
        ? Failure.fatal(failure.code(), failure.detail())
        : failure;
  }

  /** Bucket and key have no character that JSON escapes. */
  @Override
  public Bytes pointer(String key) {
    return Bytes.utf8(
        POINTER + location.bucket() + "\",\"s3Key\":\"" + location.prefix() + key + "\"}]");
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    return S3Clients.check(
        S3Clients.client(access, context), location.bucket(), targetId, deadline);
  }
}
