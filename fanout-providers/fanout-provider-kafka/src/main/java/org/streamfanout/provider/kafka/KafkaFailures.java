package org.streamfanout.provider.kafka;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.streamfanout.spi.Failure;

/** What the client's exceptions mean. The texts are ours: a broker's may quote what it was sent. */
final class KafkaFailures {
  /** The code of what was not answered in time. */
  static final String TIMEOUT = "Timeout";

  private KafkaFailures() {}

  /** Returns what an exception means for a message, or for a whole call. */
  static Failure of(Throwable error) {
    Throwable cause = plain(error);
    String code = code(cause);
    if (cause instanceof RecordTooLargeException || cause instanceof RecordBatchTooLargeException) {
      return Failure.tooLarge(code, "the broker takes smaller batches only");
    }
    if (cause instanceof InvalidRecordException || cause instanceof InvalidTimestampException) {
      return Failure.rejected(code, "the broker calls the record invalid");
    }
    if (cause instanceof ThrottlingQuotaExceededException) {
      return Failure.throttled(code, "a quota is used up");
    }
    if (cause instanceof AuthenticationException) {
      return Failure.fatal(code, "the login failed; look at security, user and password");
    }
    if (cause instanceof AuthorizationException || cause instanceof SecurityDisabledException) {
      return Failure.fatal(code, "the user needs WRITE and DESCRIBE on the topic");
    }
    if (cause instanceof UnknownTopicOrPartitionException
        || cause instanceof InvalidTopicException) {
      return Failure.fatal(code, "there is no such topic, or the user may not see it");
    }
    if (cause instanceof UnsupportedVersionException) {
      return Failure.fatal(code, "the brokers are too old for this client");
    }
    return Failure.retryable(code, "the record may or may not be in the topic");
  }

  /** Finds what is behind the wrappers that only say where something happened. */
  private static Throwable plain(Throwable error) {
    Throwable plain = error;
    while (plain.getCause() != null
        && (plain instanceof ExecutionException
            || plain instanceof TimeoutException
            || plain instanceof KafkaException && !(plain instanceof ApiException))) {
      plain = plain.getCause();
    }
    return plain;
  }

  private static String code(Throwable error) {
    String name = error.getClass().getSimpleName();
    return name.endsWith("Exception")
        ? name.substring(0, name.length() - "Exception".length())
        : name;
  }
}
