package org.streamfanout.provider.opensearch;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsHttp;
import org.streamfanout.provider.opensearch.BulkAnswer.Item;
import org.streamfanout.provider.opensearch.BulkAnswer.Problem;
import org.streamfanout.spi.Failure;

/**
 * What OpenSearch's answers mean to the engine. Stateless.
 *
 * <p>Details name the error's type and say what is known of its reason in words of ours: the
 * service's own text quotes ids, fields and values of the document, which belong in no log.
 */
final class OpenSearchFailures {
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
  private static final Pattern TYPE = Pattern.compile("[A-Za-z_]{1,80}");

  /** Errors of an action that are the index's or the user's, and so of every action alike. */
  private static final Set<String> TARGETS_FAULT =
      Set.of(
          "index_not_found_exception",
          "index_closed_exception",
          "invalid_index_name_exception",
          "cluster_block_exception",
          "security_exception",
          "validation_exception");

  /** The same, told by the reason only. */
  private static final Pattern TARGETS_FAULT_REASON =
      Pattern.compile(
          "Document ID is not supported|no write index is defined|op_type of create"
              + "|pipeline with id \\[[^]]*] does not exist");

  /** Fields that the index's mapping knows; any other name may be payload. */
  private static final List<Map.Entry<Pattern, String>> REASONS =
      List.of(
          Map.entry(
              Pattern.compile(
                  "^failed to parse field \\[([\\w.@-]{1,128})] of type \\[(\\w{1,40})]"),
              "field '%s' of type %s does not take the document's value"),
          Map.entry(
              Pattern.compile(
                  "^mapper \\[([\\w.@-]{1,128})] cannot be changed from type \\[(\\w{1,40})]"),
              "field '%s' is of type %s in the index and of another in the document"),
          Map.entry(
              Pattern.compile("^object mapping for \\[([\\w.@-]{1,128})] tried to parse field"),
              "field '%s' is an object in the index and a value in the document"),
          Map.entry(
              Pattern.compile("^Limit of total fields \\[(\\d{1,9})] has been exceeded"),
              "the index would have more than the %s fields that it may have"),
          Map.entry(
              Pattern.compile("^mapping set to strict, dynamic introduction"),
              "the document has a field that the index's strict mapping lacks"));

  private OpenSearchFailures() {}

  /** Returns what an answer means for every message of a call that failed as a whole. */
  static Failure ofCall(AwsHttp.Answer answer) {
    int status = answer.status();
    Problem error = BulkAnswer.error(answer.body());
    String code = code(error, status);
    String said = "OpenSearch answered " + status + (error.type().isEmpty() ? "" : " " + code);
    if (answer.isExpiredCredentials()) {
      return Failure.retryable("ExpiredToken", said + ": the credentials have expired");
    }
    if (status >= 300 && status < 400) {
      return Failure.fatal("Redirect", said + "; redirects are never followed");
    }
    return switch (status) {
      case 429 -> throttled(Failure.throttled(code, said), answer.retryAfter());
      case 413 -> Failure.tooLarge(code, said + ": the call is too large");
      case 408 -> Failure.retryable(code, said);
      case 401, 403 -> Failure.fatal(code, said + ": denied; check credentials and access policy");
      case 404 -> Failure.fatal(code, said + ": there is no such index, and none was made");
      default ->
          status >= 400 && status < 500 ? Failure.fatal(code, said) : Failure.retryable(code, said);
    };
  }

  private static Failure throttled(Failure failure, @Nullable String retryAfter) {
    if (retryAfter == null || !SECONDS.matcher(retryAfter.strip()).matches()) {
      return failure;
    }
    Duration pause = Duration.ofSeconds(Long.parseLong(retryAfter.strip()));
    return failure.withRetryAfter(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
  }

  /**
   * Returns why an action failed; null if it has taken effect, now or before.
   *
   * @param options whether a conflict means that this very record is there already
   */
  static @Nullable Failure ofItem(Item item, boolean isDeletion, OpenSearchOptions options) {
    int status = item.status();
    Problem error = item.error();
    if (status >= 200 && status < 300 && error.equals(Problem.NONE)) {
      return null;
    }
    if (isDeletion && status == 404 && error.equals(Problem.NONE)) {
      return null;
    }
    boolean isCreate = options.action() == OpenSearchOptions.Action.CREATE;
    boolean isOwnId = options.id().origin() == DocumentId.Origin.RECORD;
    if (status == 409 && isCreate && isOwnId) {
      return null;
    }
    String code = code(error, status);
    String said = "OpenSearch refused this document with " + status + " " + code;
    if (status == 429) {
      return Failure.throttled(code, said);
    }
    if (TARGETS_FAULT.contains(error.type())
        || TARGETS_FAULT_REASON.matcher(error.reason()).find()
        || status == 401
        || status == 403) {
      return Failure.fatal(code, said + ", which is the index's or the user's fault");
    }
    return switch (status) {
      case 413 -> Failure.tooLarge(code, said);
      case 408 -> Failure.retryable(code, said);
      case 409 ->
          isCreate
              ? Failure.rejected(code, said + ": there is a document with this id already")
              : Failure.retryable(code, said + ": another write came between");
      default ->
          status >= 400 && status < 500
              ? Failure.rejected(code, said + reason(error.reason()))
              : Failure.retryable(code, said);
    };
  }

  private static String reason(String reason) {
    for (Map.Entry<Pattern, String> known : REASONS) {
      Matcher matcher = known.getKey().matcher(reason);
      if (matcher.find()) {
        Object[] names = new Object[matcher.groupCount()];
        for (int group = 1; group <= names.length; group++) {
          names[group - 1] = matcher.group(group);
        }
        return ": " + known.getValue().formatted(names);
      }
    }
    return "";
  }

  private static String code(Problem error, int status) {
    return TYPE.matcher(error.type()).matches() && !error.type().equals("error")
        ? error.type()
        : "Http" + status;
  }
}
