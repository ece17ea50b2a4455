package org.streamfanout.provider.memcached;

import com.spotify.folsom.MemcacheAuthenticationException;
import com.spotify.folsom.MemcacheClosedException;
import com.spotify.folsom.MemcacheOverloadedException;
import com.spotify.folsom.MemcacheStatus;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;

/** What an answer or an error means to the engine. Stateless. */
final class MemcachedFailures {
  static final Failure TIMEOUT =
      Failure.retryable("Timeout", "no answer within the time that was left; it may have worked");
  static final Failure INTERRUPTED =
      Failure.retryable("Interrupted", "the call was stopped; its outcome is unknown");
  static final Failure ILLEGAL_KEY =
      Failure.rejected(
          "IllegalKey",
          "memcached takes keys of 1 to 250 printable characters without spaces; set option"
              + " 'keys=encode'");

  private static final int DEEPEST = 20;

  private MemcachedFailures() {}

  /** Returns what an answer means; what was not there to be deleted is gone. */
  static Outcome ofStatus(MemcacheStatus status, boolean isDeletion) {
    if (isDeletion && status == MemcacheStatus.KEY_NOT_FOUND) {
      return Outcome.accepted();
    }
    return switch (status) {
      case OK -> Outcome.accepted();
      case VALUE_TOO_LARGE ->
          Outcome.failed(Failure.tooLarge("TooLarge", "the item is larger than the server takes"));
      case OUT_OF_MEMORY ->
          Outcome.failed(Failure.throttled("OutOfMemory", "the server's memory is full"));
      case UNAUTHORIZED -> Outcome.failed(refused());
      default ->
          Outcome.failed(Failure.retryable(status.name(), "the server did not store the item"));
    };
  }

  private static Failure refused() {
    return Failure.fatal(
        "ClientError", "the server refuses the command, such as for want of authentication");
  }

  static Failure of(Throwable error) {
    Throwable root = error;
    for (int depth = 0; depth < DEEPEST; depth++) {
      Failure known = known(root);
      if (known != null) {
        return known;
      }
      if (root.getCause() == null || root.getCause() == root) {
        break;
      }
      root = root.getCause();
    }
    return Failure.retryable(
        root.getClass().getSimpleName(), "the connection failed; the command may have worked");
  }

  private static @Nullable Failure known(Throwable error) {
    if (error instanceof HostNotCoveredException) {
      return Failure.fatal(
          "HostNotAllowed",
          "discovery names a node at '"
              + error.getMessage()
              + "', which is not of the same cluster; allow it by the setting "
              + ProviderContext.ALLOWED_HOSTS);
    }
    if (error instanceof MemcacheAuthenticationException) {
      return refused();
    }
    if (error instanceof MemcacheOverloadedException) {
      return Failure.throttled("Overloaded", "too many commands are under way");
    }
    if (error instanceof MemcacheClosedException) {
      return Failure.retryable(
          "ConnectionLost", "the connection was lost; the command may have worked");
    }
    if (error instanceof CertificateException) {
      return Failure.fatal("BadCertificate", "the server's certificate is not trusted");
    }
    if (error instanceof ConnectException) {
      return Failure.retryable("ConnectionRefused", "no connection could be made");
    }
    if (error instanceof UnknownHostException) {
      return Failure.retryable("UnknownHost", "the host's name has no address");
    }
    if (error instanceof InterruptedException) {
      return INTERRUPTED;
    }
    if (error instanceof TimeoutException) {
      return TIMEOUT;
    }
    return null;
  }
}
