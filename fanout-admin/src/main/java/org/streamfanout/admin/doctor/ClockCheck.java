package org.streamfanout.admin.doctor;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsFailures;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.sts.StsClient;

/** This machine's clock against that of AWS. */
final class ClockCheck {
  /** Beyond it signatures are refused (as known 2026-11). */
  private static final Duration REFUSED = Duration.ofMinutes(5);

  /** A header's whole seconds and a slow answer are no reason to worry. */
  private static final Duration ODD = Duration.ofSeconds(30);

  private ClockCheck() {}

  static List<Check> of(Facts facts) {
    return List.of(new Check("clock", "this machine", notes -> look(facts, notes)));
  }

  private static void look(Facts facts, Notes notes) {
    SdkHttpResponse response;
    try {
      response =
          facts
              .clients()
              .client(StsClient.class, StsClient::builder)
              .getCallerIdentity()
              .sdkHttpResponse();
    } catch (AwsServiceException refused) {
      // Who refuses tells the time, too.
      response =
          refused.awsErrorDetails() == null ? null : refused.awsErrorDetails().sdkHttpResponse();
    } catch (SdkClientException e) {
      notes.unknown(
          "this machine", "the token service (STS) does not answer: " + AwsFailures.told(e));
      return;
    }
    tell(date(response), Instant.now(), notes);
  }

  private static @Nullable Instant date(@Nullable SdkHttpResponse response) {
    try {
      return Optional.ofNullable(response)
          .flatMap(answer -> answer.firstMatchingHeader("Date"))
          .map(date -> ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant())
          .orElse(null);
    } catch (DateTimeException e) {
      return null;
    }
  }

  static void tell(@Nullable Instant theirs, Instant ours, Notes notes) {
    String subject = "this machine";
    if (theirs == null) {
      notes.unknown(subject, "AWS told no time");
      return;
    }
    Duration apart = Duration.between(theirs, ours).abs();
    String text = "the clock is " + apart.toSeconds() + " s from that of AWS";
    if (apart.compareTo(REFUSED) > 0) {
      notes.problem(
          subject,
          text + "; signatures are refused beyond 300 s. Set it, and keep it set",
          "sudo chronyc makestep");
    } else if (apart.compareTo(ODD) > 0) {
      notes.warning(
          subject, text + "; signatures are refused beyond 300 s", "sudo chronyc makestep");
    } else {
      notes.ok(subject, text);
    }
  }
}
