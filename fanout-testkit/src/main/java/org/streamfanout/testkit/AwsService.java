package org.streamfanout.testkit;

import java.util.Arrays;

/**
 * The services whose batch calls the proxy understands, with the errors that each documents in its
 * API reference (docs.aws.amazon.com, as known 2026-11).
 */
enum AwsService {
  SQS(
      "AmazonSQS",
      EntryError.of("InternalError", "An internal error occurred."),
      new ServiceError(403, "RequestThrottled", "Request is throttled."),
      new ServiceError(500, "InternalFailure", "The request processing has failed."),
      new ServiceError(403, "ExpiredToken", "The security token included in the request expired"),
      new ServiceError(403, "AccessDenied", "Access to the resource is denied."),
      new ServiceError(
          400,
          "AWS.SimpleQueueService.NonExistentQueue",
          "The specified queue does not exist or you do not have access to it.")),
  SNS(
      "",
      EntryError.of("InternalError", "An internal error occurred."),
      new ServiceError(429, "Throttled", "Rate exceeded"),
      new ServiceError(500, "InternalError", "The request processing has failed."),
      new ServiceError(403, "ExpiredToken", "The security token included in the request expired"),
      new ServiceError(403, "AuthorizationError", "User is not authorized to perform this."),
      new ServiceError(404, "NotFound", "Topic does not exist")),
  KINESIS(
      "Kinesis_20131202",
      EntryError.of(
          "ProvisionedThroughputExceededException", "Rate exceeded for shard shardId-000000000000"),
      new ServiceError(400, "ProvisionedThroughputExceededException", "Rate exceeded for stream"),
      new ServiceError(500, "InternalFailure", "The request processing has failed."),
      new ServiceError(
          400, "ExpiredTokenException", "The security token included in the request is expired"),
      new ServiceError(400, "AccessDeniedException", "User is not authorized to perform this."),
      new ServiceError(400, "ResourceNotFoundException", "The stream was not found.")),
  FIREHOSE(
      "Firehose_20150804",
      EntryError.of("ServiceUnavailableException", "Slow down."),
      new ServiceError(503, "ServiceUnavailableException", "Slow down."),
      new ServiceError(500, "InternalFailure", "The request processing has failed."),
      new ServiceError(
          400, "ExpiredTokenException", "The security token included in the request is expired"),
      new ServiceError(400, "AccessDeniedException", "User is not authorized to perform this."),
      new ServiceError(400, "ResourceNotFoundException", "The stream was not found.")),
  DYNAMODB(
      "DynamoDB_20120810",
      EntryError.of("Unprocessed", "returned as unprocessed"),
      new ServiceError(
          400, "ProvisionedThroughputExceededException", "The level of throughput was exceeded."),
      new ServiceError(500, "InternalServerError", "The request could not be processed."),
      new ServiceError(
          400, "ExpiredTokenException", "The security token included in the request is expired"),
      new ServiceError(400, "AccessDeniedException", "User is not authorized to perform this."),
      new ServiceError(400, "ResourceNotFoundException", "The table was not found.")),
  EVENTBRIDGE(
      "AWSEvents",
      EntryError.of("InternalFailure", "The request processing has failed."),
      new ServiceError(400, "ThrottlingException", "Rate exceeded"),
      new ServiceError(500, "InternalException", "An internal error occurred."),
      new ServiceError(
          400, "ExpiredTokenException", "The security token included in the request is expired"),
      new ServiceError(400, "AccessDeniedException", "User is not authorized to perform this."),
      new ServiceError(400, "ResourceNotFoundException", "The event bus does not exist."));

  /**
   * An error that a service answers a whole call with.
   *
   * @param status the HTTP status
   * @param code the service's code
   * @param message its text
   */
  record ServiceError(int status, String code, String message) {}

  private final String target;
  private final EntryError entryError;
  private final ServiceError throttled;
  private final ServiceError serverError;
  private final ServiceError expired;
  private final ServiceError denied;
  private final ServiceError missing;

  AwsService(
      String target,
      EntryError entryError,
      ServiceError throttled,
      ServiceError serverError,
      ServiceError expired,
      ServiceError denied,
      ServiceError missing) {
    this.target = target;
    this.entryError = entryError;
    this.throttled = throttled;
    this.serverError = serverError;
    this.expired = expired;
    this.denied = denied;
    this.missing = missing;
  }

  /** Returns the service of an {@code X-Amz-Target} header's first half; DynamoDB's if unknown. */
  static AwsService ofTarget(String prefix) {
    return Arrays.stream(values())
        .filter(service -> service.target.equals(prefix))
        .findFirst()
        .orElse(DYNAMODB);
  }

  EntryError entryError() {
    return entryError;
  }

  ServiceError error(Fault.Reason reason) {
    return switch (reason) {
      case THROTTLED -> throttled;
      case SERVER_ERROR -> serverError;
      case EXPIRED_CREDENTIALS -> expired;
      case ACCESS_DENIED -> denied;
      case MISSING -> missing;
    };
  }
}
