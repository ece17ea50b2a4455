package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpResponse;

class AwsFailuresTest {

  private static AwsServiceException error(int status, String code, String text) {
    return AwsServiceException.builder()
        .statusCode(status)
        .requestId("r-1")
        .awsErrorDetails(
            AwsErrorDetails.builder()
                .serviceName("Sqs")
                .errorCode(code)
                .errorMessage(text)
                .sdkHttpResponse(SdkHttpResponse.builder().statusCode(status).build())
                .build())
        .build();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # throttling, whatever the protocol writes
          400, ThrottlingException, THROTTLED
          400, Throttling, THROTTLED
          400, Throttled, THROTTLED
          400, ProvisionedThroughputExceededException, THROTTLED
          400, RequestThrottled, THROTTLED
          400, KMSThrottlingException, THROTTLED
          400, KMSThrottling, THROTTLED
          400, KmsThrottled, THROTTLED
          503, SlowDown, THROTTLED
          # redirects, none of which is followed
          301, PermanentRedirect, FATAL
          302, Found, FATAL
          307, TemporaryRedirect, RETRYABLE
          # S3
          404, NoSuchBucket, FATAL
          400, AuthorizationHeaderMalformed, FATAL
          409, ConditionalRequestConflict, RETRYABLE
          400, BadDigest, RETRYABLE
          400, EntityTooLarge, TOO_LARGE
          400, LimitExceededException, THROTTLED
          400, RequestLimitExceeded, THROTTLED
          403, OverLimit, THROTTLED
          429, Unheard, THROTTLED
          502, EC2ThrottledException, THROTTLED
          502, ENILimitReachedException, THROTTLED
          502, SubnetIPAddressLimitReachedException, THROTTLED
          429, AccessDenied, THROTTLED
          # worth another attempt
          500, InternalFailure, RETRYABLE
          500, InternalError, RETRYABLE
          503, ServiceUnavailable, RETRYABLE
          502, Unheard, RETRYABLE
          408, Unheard, RETRYABLE
          400, RequestTimeout, RETRYABLE
          400, ExpiredToken, RETRYABLE
          403, ExpiredTokenException, RETRYABLE
          400, RequestExpired, RETRYABLE
          403, RequestTimeTooSkewed, RETRYABLE
          400, ResourceInUseException, RETRYABLE
          400, TransactionConflictException, RETRYABLE
          400, ReplicatedWriteConflictException, RETRYABLE
          400, ConcurrentModificationException, RETRYABLE
          409, ResourceConflictException, RETRYABLE
          409, SnapStartNotReadyException, RETRYABLE
          410, EFSIOException, RETRYABLE
          # the target takes nothing for now
          403, AccessDenied, FATAL
          400, AccessDeniedException, FATAL
          403, AuthorizationError, FATAL
          400, NotAuthorizedForSourceException, FATAL
          400, NotAuthorizedForDetailTypeException, FATAL
          400, InvalidAccountIdException, FATAL
          400, OperationDisabledException, FATAL
          400, KMSAccessDeniedException, FATAL
          400, KMS.AccessDeniedException, FATAL
          400, KMSDisabledException, FATAL
          400, KmsInvalidState, FATAL
          400, KMSNewThingException, FATAL
          400, QueueDoesNotExist, FATAL
          400, AWS.SimpleQueueService.NonExistentQueue, FATAL
          400, com.amazonaws.sqs#QueueDoesNotExist, FATAL
          400, ResourceNotFoundException:http://internal.amazon.com/, FATAL
          404, NotFound, FATAL
          403, InvalidClientTokenId, FATAL
          400, UnrecognizedClientException, FATAL
          403, SignatureDoesNotMatch, FATAL
          403, InvalidSignatureException, FATAL
          400, MissingParameter, FATAL
          403, RegionDisabledException, FATAL
          502, InvalidRuntimeException, FATAL
          502, EC2AccessDeniedException, FATAL
          400, Unheard, FATAL
          401, Unheard, FATAL
          403, Unheard, FATAL
          404, Unheard, FATAL
          # sizes
          413, Unheard, TOO_LARGE
          413, RequestEntityTooLarge, TOO_LARGE
          400, AWS.SimpleQueueService.BatchRequestTooLong, TOO_LARGE
          400, BatchRequestTooLong, TOO_LARGE
          400, TooManyEntriesInBatchRequest, TOO_LARGE
          # never
          400, ValidationException, REJECTED
          400, InvalidParameter, REJECTED
          400, InvalidArgumentException, REJECTED
          400, InvalidMessageContents, REJECTED
          400, SerializationException, REJECTED
          400, ItemCollectionSizeLimitExceededException, REJECTED
          400, MalformedDetail, REJECTED
          400, RedactionFailure, REJECTED
          400, InvalidRequestContentException, REJECTED
          """)
  void classify_code_givesItsKind(int status, String code, Kind kind) {
    assertThat(AwsFailures.classify(error(status, code, "text")).kind()).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          One or more parameters are invalid. Reason: Message must be shorter than 262144 bytes. | TOO_LARGE
          Value at 'records.1.member.data' failed to satisfy constraint: Member must have length less than or equal to 1048576 | TOO_LARGE
          Records size exceeds 4 MB limit | TOO_LARGE
          Invalid parameter: Message too long | TOO_LARGE
          Value at 'records.1.member.partitionKey' failed to satisfy constraint: Member must have length less than or equal to 256 | REJECTED
          Invalid parameter: TopicArn | FATAL
          The parameter MessageGroupId is not valid for this queue type | FATAL
          Value 'x' at 'streamName' failed to satisfy constraint | FATAL
          Invalid binary character was found | REJECTED
          Item size has exceeded the maximum allowed size | TOO_LARGE
          Total size of the entries in the request is over the limit. | TOO_LARGE
          Parameter EventBusName is not valid. | FATAL
          One or more parameter values were invalid: Missing the key pk in the item | FATAL
          One of the required keys was not given a value | FATAL
          The provided key element does not match the schema | FATAL
          One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N | REJECTED
          """)
  void classify_validation_goesByWhatItNames(String text, Kind kind) {
    assertThat(AwsFailures.classify(error(400, "InvalidParameterValue", text)).kind())
        .isEqualTo(kind);
    assertThat(AwsFailures.classify(error(400, "ValidationException", text)).kind())
        .isEqualTo(kind);
  }

  static Stream<Arguments> clientErrors() {
    return Stream.of(
        Arguments.of(
            SdkClientException.create("x", new ConnectException("refused")), "Unreachable"),
        Arguments.of(SdkClientException.create("x", new SocketException("reset")), "NoAnswer"),
        Arguments.of(SdkClientException.create("x", new SocketTimeoutException("t")), "NoAnswer"),
        Arguments.of(SdkClientException.create("x", new UnknownHostException("h")), "UnknownHost"),
        Arguments.of(SdkClientException.create("x", new SSLHandshakeException("h")), "Tls"),
        Arguments.of(SdkClientException.create("x"), "NoAnswer"),
        Arguments.of(ApiCallTimeoutException.create(5), "Timeout"),
        Arguments.of(ApiCallAttemptTimeoutException.create(5), "Timeout"),
        Arguments.of(AbortedException.create("x"), "Interrupted"),
        Arguments.of(new InterruptedException(), "Interrupted"),
        Arguments.of(new IOException("x"), "IOException"));
  }

  @ParameterizedTest
  @MethodSource("clientErrors")
  void classify_errorBeforeAnAnswer_isRetryable(Exception error, String code) {
    assertThat(AwsFailures.classify(error))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, code);
  }

  @Test
  void classify_withoutCredentialsOrRegion_isFatal() {
    assertThat(
            AwsFailures.classify(
                SdkClientException.create(
                    "Unable to load credentials from any of the providers in the chain")))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.FATAL, "NoCredentials");
    assertThat(
            AwsFailures.classify(
                SdkClientException.create("Unable to load region from any of the providers")))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.FATAL, "NoRegion");
  }

  @Test
  void classify_signatureExpired_isTheClockNotTheKey() {
    Failure failure =
        AwsFailures.classify(
            error(403, "InvalidSignatureException", "Signature expired: 20261101T000000Z is ..."));

    assertThat(failure.kind()).isEqualTo(Kind.RETRYABLE);
  }

  @Test
  void classify_withoutCode_goesByStatus() {
    AwsServiceException error =
        AwsServiceException.builder().statusCode(500).message("boom").build();

    assertThat(AwsFailures.classify(error))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "Http500");
  }

  @Test
  void classify_denial_tellsWhoAndWhat() {
    assertThat(
            AwsFailures.classify(
                    error(403, "AccessDenied", "User: arn:x is not authorized to perform: y"))
                .detail())
        .contains("User: arn:x is not authorized to perform: y");
  }

  @Test
  void classify_textThatMayQuotePayloadOrSignature_isNotShown() {
    for (String code :
        new String[] {"ValidationException", "SignatureDoesNotMatch", "Unheard", "InternalError"}) {
      assertThat(AwsFailures.classify(error(400, code, "sesame")).toString())
          .doesNotContain("sesame");
    }
  }

  @ParameterizedTest
  @CsvSource({"3, PT3S", "0, PT0S", "999999999, PT15M"})
  void classify_retryAfterInSeconds_isKeptUpToABound(String header, Duration pause) {
    assertThat(AwsFailures.classify(retryAfter(header)).retryAfter()).isEqualTo(pause);
  }

  @ParameterizedTest
  @CsvSource({"soon", "-1", "99999999999999999999", "1e9"})
  void classify_retryAfterThatIsNoNumber_isIgnored(String header) {
    assertThat(AwsFailures.classify(retryAfter(header)).retryAfter()).isNull();
  }

  private static AwsServiceException retryAfter(String header) {
    return AwsServiceException.builder()
        .statusCode(503)
        .awsErrorDetails(
            AwsErrorDetails.builder()
                .errorCode("SlowDown")
                .sdkHttpResponse(
                    SdkHttpResponse.builder()
                        .statusCode(503)
                        .putHeader("Retry-After", header)
                        .build())
                .build())
        .build();
  }

  @Test
  void ofCall_malformedAmongSeveral_isHalvedNotRejected() {
    AwsServiceException error = error(400, "ValidationException", "text");

    assertThat(AwsFailures.ofCall(error, 2).kind()).isEqualTo(Kind.TOO_LARGE);
    assertThat(AwsFailures.ofCall(error, 1).kind()).isEqualTo(Kind.REJECTED);
  }

  @Test
  void ofCall_anythingElse_isTheSameForAll() {
    AwsServiceException error = error(403, "AccessDenied", "text");

    assertThat(AwsFailures.ofCall(error, 10)).isEqualTo(AwsFailures.classify(error));
  }

  @ParameterizedTest
  @CsvSource({
    "InvalidMessageContents, true, REJECTED",
    "Unheard, true, REJECTED",
    "Unheard, false, RETRYABLE",
    "InvalidMessageContents, false, RETRYABLE",
    "InternalError, false, RETRYABLE",
    "InternalError, true, RETRYABLE",
    "RequestThrottled, false, THROTTLED",
    "KmsAccessDenied, true, FATAL",
    "BatchRequestTooLong, true, TOO_LARGE",
    ", true, REJECTED",
    ", false, RETRYABLE"
  })
  void entry_withAFault_goesByBoth(String code, boolean isSendersFault, Kind kind) {
    assertThat(AwsFailures.entry("SQS", code, "text", isSendersFault).kind()).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({
    "ProvisionedThroughputExceededException, THROTTLED",
    "InternalFailure, RETRYABLE",
    "Unheard, RETRYABLE",
    "KMSAccessDeniedException, FATAL",
    "ValidationException, REJECTED"
  })
  void entry_withoutAFault_goesByItsCode(String code, Kind kind) {
    assertThat(AwsFailures.entry("Kinesis", code, "text").kind()).isEqualTo(kind);
  }

  @Test
  void told_withoutCredentials_isOneSentence() {
    String places = "Unable to load credentials from any of the providers in the chain A(B, C, D)";

    assertThat(AwsFailures.told(SdkClientException.create(places)))
        .isEqualTo("no AWS credentials were found; set them or give the process a role");
    assertThat(AwsFailures.told(SdkClientException.create("connection reset")))
        .isEqualTo("connection reset");
    assertThat(AwsFailures.told(new IllegalStateException())).isEqualTo("null");
  }
}
