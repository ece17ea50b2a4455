package org.streamfanout.aws;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure.Kind;

/**
 * What the error codes of AWS mean, from the "Common Errors" and "Errors" sections of the API
 * references of SQS, SNS, Kinesis, Firehose, Lambda, IoT, DynamoDB, EventBridge, S3, STS and KMS
 * (as known 2026-11). Codes are compared without the decoration that varies from protocol to
 * protocol.
 */
final class AwsCodes {
  private static final Pattern TOO_LARGE_TEXT =
      Pattern.compile(
          "(?:shorter|larger|longer|less|greater|more) than|too (?:long|large|big)|exceed"
              + "|maximum (?:allowed )?size|over the limit",
          Pattern.CASE_INSENSITIVE);

  /** Parameters that come from the target; one of them is wrong for every message alike. */
  private static final Pattern TARGETS_PARAMETER =
      Pattern.compile(
          "topic ?arn|topic ?name|target ?arn|queue ?url|stream ?name|stream ?arn|message ?group ?id"
              + "|deduplication ?id|content-?based|event ?bus ?name|missing the key"
              + "|required keys was not given"
              + "|key element does not match the schema",
          Pattern.CASE_INSENSITIVE);

  /** Parameters with a length of their own, which says nothing about the message's size. */
  private static final Pattern KEY_PARAMETER =
      Pattern.compile("partition ?key|hash ?key", Pattern.CASE_INSENSITIVE);

  private static final Map<String, Kind> KINDS =
      Stream.of(
              kinds(
                  Kind.THROTTLED,
                  "Throttling",
                  "Throttled",
                  "ThrottledRequest",
                  "RequestThrottled",
                  "RequestThrottling",
                  "TooManyRequests",
                  "ProvisionedThroughputExceeded",
                  "RequestLimitExceeded",
                  "LimitExceeded",
                  "BandwidthLimitExceeded",
                  "SlowDown",
                  "PriorRequestNotComplete",
                  "OverLimit",
                  "KMSThrottling",
                  "KmsThrottled",
                  "EC2Throttled",
                  "ENILimitReached",
                  "SubnetIPAddressLimitReached"),
              kinds(
                  Kind.RETRYABLE,
                  "InternalFailure",
                  "InternalError",
                  "InternalServerError",
                  "InternalServer",
                  "ServiceUnavailable",
                  "RequestTimeout",
                  "ResourceInUse",
                  "ResourceConflict",
                  "ResourceNotReady",
                  "SnapStartNotReady",
                  "EFSIO",
                  "IDPCommunicationError",
                  "TransactionInProgress",
                  "TransactionConflict",
                  "ReplicatedWriteConflict",
                  "ConcurrentModification",
                  "RequestExpired",
                  "RequestTimeTooSkewed",
                  "RequestInTheFuture",
                  "ExpiredToken",
                  "TokenRefreshRequired",
                  "OperationAborted",
                  "ConditionalRequestConflict",
                  "TemporaryRedirect",
                  "BadDigest",
                  "IncompleteBody",
                  "XAmzContentSHA256Mismatch"),
              kinds(
                  Kind.TOO_LARGE,
                  "BatchRequestTooLong",
                  "TooManyEntriesInBatchRequest",
                  "MessageTooLong",
                  "RequestTooLarge",
                  "RequestEntityTooLarge",
                  "PayloadTooLarge",
                  "EntityTooLarge"),
              kinds(
                  Kind.REJECTED,
                  "Validation",
                  "ValidationError",
                  "InvalidParameter",
                  "InvalidParameterValue",
                  "InvalidParameterCombination",
                  "ParameterValueInvalid",
                  "InvalidArgument",
                  "InvalidAttributeValue",
                  "InvalidMessageContents",
                  "InvalidData",
                  "ItemCollectionSizeLimitExceeded",
                  "MalformedDetail",
                  "RedactionFailure",
                  "InvalidRequestContent",
                  "Serialization",
                  "MalformedInput"),
              kinds(
                  Kind.FATAL,
                  "AuthFailure",
                  "AuthorizationError",
                  "NotAuthorized",
                  "NotAuthorizedForSource",
                  "NotAuthorizedForDetailType",
                  "UnauthorizedOperation",
                  "Forbidden",
                  "OptInRequired",
                  "SubscriptionRequired",
                  "RegionDisabled",
                  "InvalidClientTokenId",
                  "UnrecognizedClient",
                  "SignatureDoesNotMatch",
                  "InvalidSignature",
                  "IncompleteSignature",
                  "InvalidAccessKeyId",
                  "MissingAuthenticationToken",
                  "MalformedPolicyDocument",
                  "PackedPolicyTooLarge",
                  "QueueDoesNotExist",
                  "NonExistentQueue",
                  "QueueDeletedRecently",
                  "ResourceNotFound",
                  "NotFound",
                  "NoSuchBucket",
                  "PermanentRedirect",
                  "AuthorizationHeaderMalformed",
                  "AllAccessDisabled",
                  "InvalidAddress",
                  "InvalidSecurity",
                  "InvalidAction",
                  "UnknownOperation",
                  "UnsupportedOperation",
                  "MissingParameter",
                  "MissingAction",
                  "InvalidSource",
                  "InvalidAccountId",
                  "OperationDisabled",
                  "InvalidKMSResource",
                  "InvalidRuntime",
                  "InvalidSecurityGroupID",
                  "InvalidSubnetID",
                  "InvalidZipFile",
                  "EC2AccessDenied",
                  "EndpointDisabled",
                  "PlatformApplicationDisabled"))
          .flatMap(map -> map.entrySet().stream())
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  /** Denials and missing things, whose texts name principals and resources and nothing secret. */
  private static final Set<String> TELLING =
      Set.of(
          "AuthorizationError",
          "NotAuthorized",
          "NotAuthorizedForSource",
          "UnauthorizedOperation",
          "RegionDisabled",
          "QueueDoesNotExist",
          "NonExistentQueue",
          "ResourceNotFound",
          "NotFound",
          "NoSuchBucket",
          "PermanentRedirect",
          "AuthorizationHeaderMalformed",
          "InvalidKMSResource",
          "InvalidSource");

  private AwsCodes() {}

  private static Map<String, Kind> kinds(Kind kind, String... codes) {
    return Stream.of(codes).distinct().collect(Collectors.toMap(code -> code, code -> kind));
  }

  /**
   * Returns what a failure means, before it is known whether it is of one message or of a call.
   *
   * @param code as the service wrote it; null if there was none
   * @param text the service's own, searched and never shown
   * @param status the HTTP status; 0 if there is none
   */
  static Kind kind(@Nullable String code, @Nullable String text, int status) {
    String plain = plain(code);
    String said = text == null ? "" : text;
    Kind known = KINDS.get(plain);
    if (known == Kind.REJECTED) {
      if (TARGETS_PARAMETER.matcher(said).find()) {
        return Kind.FATAL;
      }
      return TOO_LARGE_TEXT.matcher(said).find() && !KEY_PARAMETER.matcher(said).find()
          ? Kind.TOO_LARGE
          : Kind.REJECTED;
    }
    if (plain.equals("InvalidSignature") && said.startsWith("Signature expired")) {
      return Kind.RETRYABLE;
    }
    if (known != null) {
      return known;
    }
    if (isDenial(plain)) {
      return Kind.FATAL;
    }
    return byStatus(status);
  }

  /** Every KMS failure that is no throttling is a policy's or a key's, not a message's. */
  private static boolean isDenial(String plain) {
    return plain.startsWith("AccessDenied") || plain.toLowerCase(Locale.ROOT).startsWith("kms");
  }

  /**
   * An unknown 4xx may be a mistake in the configuration as well as in a message; only a kind that
   * always holds is safe for both. A redirect is one in the configuration: none is followed.
   */
  private static Kind byStatus(int status) {
    return switch (status) {
      case 408 -> Kind.RETRYABLE;
      case 413 -> Kind.TOO_LARGE;
      case 429 -> Kind.THROTTLED;
      default -> status >= 300 && status < 500 ? Kind.FATAL : Kind.RETRYABLE;
    };
  }

  /** Returns whether the meaning of a code is known, not guessed. */
  static boolean isKnown(@Nullable String code) {
    String plain = plain(code);
    return KINDS.containsKey(plain) || isDenial(plain);
  }

  static boolean isExpired(@Nullable String code) {
    String plain = plain(code);
    return plain.equals("ExpiredToken") || plain.equals("TokenRefreshRequired");
  }

  /** Returns whether a service's own text may be shown. */
  static boolean isTelling(@Nullable String code) {
    String plain = plain(code);
    return TELLING.contains(plain) || isDenial(plain);
  }

  /** {@code AWS.SimpleQueueService.NonExistentQueue}, {@code ns#NotFoundException:url}, ... */
  private static String plain(@Nullable String code) {
    if (code == null) {
      return "";
    }
    String plain = code.substring(code.indexOf('#') + 1);
    int colon = plain.indexOf(':');
    plain = colon < 0 ? plain : plain.substring(0, colon);
    if (plain.startsWith("AWS.SimpleQueueService.")) {
      plain = plain.substring("AWS.SimpleQueueService.".length());
    }
    return plain.endsWith("Exception")
        ? plain.substring(0, plain.length() - "Exception".length())
        : plain;
  }
}
