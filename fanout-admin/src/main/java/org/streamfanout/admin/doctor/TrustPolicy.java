package org.streamfanout.admin.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;

/** Who may assume a role, by the role's own policy. Statements that deny are not looked at. */
final class TrustPolicy {
  /** What the policy says to somebody who asks. */
  enum Answer {
    /** It lets them. */
    TRUSTS,
    /** It does not name them. */
    NAMES_OTHERS,
    /** It names them, and wants another external id, or one at all. */
    WANTS_ANOTHER_ID,
    /** It names them under conditions that are not understood here. */
    CONDITIONAL
  }

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Set<String> ACTIONS = Set.of("sts:AssumeRole", "sts:*", "*");
  private static final String EXTERNAL_ID = "sts:ExternalId";

  private TrustPolicy() {}

  /**
   * Asks a policy.
   *
   * @param document the policy as IAM tells it, in URL encoding
   * @param role who asks, a role's ARN
   * @param externalId what they bring; null for none
   */
  static Answer ask(String document, String role, @Nullable String externalId) {
    JsonNode statements;
    try {
      statements =
          MAPPER.readTree(URLDecoder.decode(document, StandardCharsets.UTF_8)).path("Statement");
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Answer.CONDITIONAL;
    }
    Answer best = Answer.NAMES_OTHERS;
    for (JsonNode statement : statements.isArray() ? statements : List.of(statements)) {
      if (statement.path("Effect").asText().equals("Allow")
          && texts(statement.path("Action")).stream().anyMatch(ACTIONS::contains)
          && names(statement.path("Principal"), role)) {
        Answer answer = condition(statement.path("Condition"), externalId);
        if (answer == Answer.TRUSTS || best == Answer.NAMES_OTHERS) {
          best = answer;
        }
        if (best == Answer.TRUSTS) {
          return best;
        }
      }
    }
    return best;
  }

  private static boolean names(JsonNode principal, String role) {
    String account = Arn.parse(role).map(Arn::account).orElse("");
    List<String> named = texts(principal.isTextual() ? principal : principal.path("AWS"));
    return named.stream()
        .anyMatch(
            each ->
                each.equals("*")
                    || each.equals(role)
                    || each.equals(account)
                    || each.endsWith("::" + account + ":root"));
  }

  private static Answer condition(JsonNode condition, @Nullable String externalId) {
    Iterator<String> operators = condition.fieldNames();
    while (operators.hasNext()) {
      String operator = operators.next();
      JsonNode tests = condition.path(operator);
      if (!operator.equals("StringEquals") || tests.size() != 1 || !tests.has(EXTERNAL_ID)) {
        return Answer.CONDITIONAL;
      }
      if (externalId == null || !texts(tests.path(EXTERNAL_ID)).contains(externalId)) {
        return Answer.WANTS_ANOTHER_ID;
      }
    }
    return Answer.TRUSTS;
  }

  private static List<String> texts(JsonNode node) {
    List<String> texts = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(each -> texts.add(each.asText()));
    } else if (node.isTextual()) {
      texts.add(node.asText());
    }
    return texts;
  }
}
