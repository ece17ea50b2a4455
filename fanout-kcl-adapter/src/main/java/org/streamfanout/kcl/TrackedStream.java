package org.streamfanout.kcl;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.common.StreamIdentifier;

/** A stream as a worker's builder was told: by its name, or by its ARN. */
record TrackedStream(String nameOrArn, @Nullable String consumerArn) {

  /** What KCL calls a stream, and the source whose targets get its records. */
  record Resolved(StreamIdentifier identifier, Source source, @Nullable String consumerArn) {
    StreamConfig config(InitialPositionInStreamExtended position) {
      return new StreamConfig(identifier, position, consumerArn);
    }
  }

  /** Checks that an ARN is a stream's. */
  TrackedStream {
    Optional<org.streamfanout.spi.Arn> arn = org.streamfanout.spi.Arn.parse(nameOrArn);
    if (nameOrArn.startsWith("arn:")
        && arn.filter(each -> each.service().equals("kinesis"))
            .filter(each -> each.resource().matches("stream/[^/]+"))
            .isEmpty()) {
      throw new IllegalArgumentException(
          "'" + nameOrArn + "' is not the ARN of a Kinesis stream; a consumer's goes beside it");
    }
    if (nameOrArn.isBlank()) {
      throw new IllegalArgumentException("a stream needs a name or an ARN");
    }
    if (consumerArn != null && !consumerArn.startsWith(nameOrArn + "/consumer/")) {
      throw new IllegalArgumentException(
          "'" + consumerArn + "' is not the ARN of a consumer of '" + nameOrArn + "'");
    }
  }

  private boolean isArn() {
    return nameOrArn.startsWith("arn:");
  }

  /**
   * Finds out what KCL needs to know: the ARN of a stream given by its name, since targets are
   * registered under ARNs; and with several streams the time of its creation, which is part of its
   * leases' names. One call to Kinesis, or none.
   *
   * @throws FanoutException if Kinesis does not know it
   */
  Resolved resolve(KinesisAsyncClient kinesis, boolean several) {
    if (isArn() && !several) {
      return new Resolved(
          StreamIdentifier.singleStreamInstance(awsArn(nameOrArn)),
          Source.of(nameOrArn),
          consumerArn);
    }
    StreamDescriptionSummary summary = describe(kinesis);
    software.amazon.awssdk.arns.Arn arn = awsArn(summary.streamARN());
    StreamIdentifier identifier =
        several
            ? StreamIdentifier.multiStreamInstance(
                arn, summary.streamCreationTimestamp().getEpochSecond())
            : StreamIdentifier.singleStreamInstance(arn);
    return new Resolved(identifier, Source.of(summary.streamARN()), consumerArn);
  }

  private StreamDescriptionSummary describe(KinesisAsyncClient kinesis) {
    try {
      return kinesis
          .describeStreamSummary(
              request -> {
                if (isArn()) {
                  request.streamARN(nameOrArn);
                } else {
                  request.streamName(nameOrArn);
                }
              })
          .join()
          .streamDescriptionSummary();
    } catch (RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new FanoutException(
          "stream '" + nameOrArn + "' cannot be described: " + cause.getMessage(), cause);
    }
  }

  private static software.amazon.awssdk.arns.Arn awsArn(String arn) {
    return software.amazon.awssdk.arns.Arn.fromString(arn);
  }
}
