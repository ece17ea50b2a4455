package org.streamfanout.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The credentials of one role and external id, fetched once and replaced before they end.
 *
 * <p>Not the SDK's {@code StsAssumeRoleCredentialsProvider}: that one cannot be told that AWS
 * called its credentials expired, moves the time of its refresh by chance, and knows no clock but
 * the system's. Here one thread fetches; while the present credentials still hold, the others go on
 * with them, and a fetch that fails before their end is tried again later. Thread-safe; waiting
 * stops at an interrupt.
 */
final class AssumedRole implements AwsCredentialsProvider, SdkAutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AssumedRole.class);

  /** A request signed with credentials that end sooner than this may arrive after their end. */
  private static final Duration TOO_LATE = Duration.ofSeconds(5);

  /** The pause after an early fetch that failed; the present credentials still hold. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final StsClient sts;
  private final AssumeRoleRequest request;
  private final Clock clock;
  private final Duration refreshBeforeExpiry;

  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Session session;
  private volatile long fetches;
  private volatile Instant notBefore = Instant.MIN;
  private @Nullable RuntimeException lastError;

  private record Session(AwsSessionCredentials credentials, Instant expires) {}

  AssumedRole(StsClient sts, AssumeRoleRequest request, Clock clock, Duration refreshBeforeExpiry) {
    this.sts = sts;
    this.request = request;
    this.clock = clock;
    this.refreshBeforeExpiry = refreshBeforeExpiry;
  }

  @Override
  public AwsCredentials resolveCredentials() {
    long seen = fetches;
    Session current = session;
    if (current != null && lasts(current, refreshBeforeExpiry)) {
      return current.credentials();
    }
    return current != null && lasts(current, TOO_LATE) ? replace(current) : fetchOrWait(seen);
  }

  private boolean lasts(Session candidate, Duration margin) {
    return clock.instant().isBefore(candidate.expires().minus(margin));
  }

  /** Near their end: one thread fetches new ones, the others go on with these. */
  private AwsCredentials replace(Session current) {
    if (clock.instant().isBefore(notBefore) || !lock.tryLock()) {
      return current.credentials();
    }
    try {
      Session newest = session;
      return newest != null && lasts(newest, refreshBeforeExpiry) ? newest.credentials() : fetch();
    } catch (AbortedException interrupted) {
      throw interrupted;
    } catch (SdkException error) {
      notBefore = clock.instant().plus(PAUSE);
      LOG.warn(
          "cannot renew the credentials of {}, which end at {}: {}",
          request.roleArn(),
          current.expires(),
          AwsFailures.classify(error).code());
      return current.credentials();
    } finally {
      lock.unlock();
    }
  }

  /** Without credentials all threads wait for one fetch, and share its failure. */
  private AwsCredentials fetchOrWait(long seen) {
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw AbortedException.create("interrupted while waiting for credentials", interrupted);
    }
    try {
      Session newest = session;
      if (newest != null && lasts(newest, refreshBeforeExpiry)) {
        return newest.credentials();
      }
      RuntimeException shared = lastError;
      if (fetches != seen && shared != null) {
        throw shared;
      }
      return fetch();
    } finally {
      lock.unlock();
    }
  }

  /** Called under the lock, which is what makes the increment safe. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private AwsCredentials fetch() {
    try {
      Credentials answer = sts.assumeRole(request).credentials();
      AwsSessionCredentials fetched =
          AwsSessionCredentials.create(
              answer.accessKeyId(), answer.secretAccessKey(), answer.sessionToken());
      session = new Session(fetched, answer.expiration());
      lastError = null;
      return fetched;
    } catch (AbortedException interrupted) {
      // This thread's own affair: those that wait try for themselves.
      lastError = null;
      throw interrupted;
    } catch (RuntimeException error) {
      lastError = error;
      throw error;
    } finally {
      fetches++;
    }
  }

  /**
   * Forgets credentials that AWS called expired, unless newer ones have come already.
   *
   * @param accessKeyId of the credentials that were used; null if unknown
   */
  void expired(@Nullable String accessKeyId) {
    lock.lock();
    try {
      Session current = session;
      if (current != null
          && (accessKeyId == null || accessKeyId.equals(current.credentials().accessKeyId()))) {
        session = null;
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    sts.close();
  }

  /** Names the role only. */
  @Override
  public String toString() {
    return "AssumedRole[" + request.roleArn() + "]";
  }
}
