package org.streamfanout.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A policy of IAM, of statements that allow something. Immutable.
 *
 * @param statements in order; their names differ
 */
public record PolicyDocument(List<Statement> statements) {
  private static final String VERSION = "2012-10-17";
  private static final JsonMapper MAPPER = new JsonMapper();

  /** Copies the statements. */
  public PolicyDocument {
    statements = List.copyOf(statements);
  }

  /** Returns what it allows, each action on each resource. */
  public Set<Statement.Grant> grants() {
    Set<Statement.Grant> grants = new LinkedHashSet<>();
    statements.forEach(statement -> grants.addAll(statement.grants()));
    return grants;
  }

  /** Returns the document as JSON on one line, as AWS counts it: without white space. */
  public String json() {
    return tree().toString();
  }

  /** Returns the document as JSON for people. */
  public String pretty() {
    return tree().toPrettyString();
  }

  private ObjectNode tree() {
    ObjectNode document = MAPPER.createObjectNode().put("Version", VERSION);
    ArrayNode all = document.putArray("Statement");
    for (Statement statement : statements) {
      ObjectNode node = all.addObject().put("Sid", statement.sid()).put("Effect", "Allow");
      if (!statement.principals().isEmpty()) {
        put(node.putObject("Principal"), statement.principals());
      }
      put(node, Map.of("Action", statement.actions()));
      if (!statement.resources().isEmpty()) {
        put(node, Map.of("Resource", statement.resources()));
      }
      if (!statement.conditions().isEmpty()) {
        ObjectNode conditions = node.putObject("Condition");
        statement
            .conditions()
            .forEach((operator, values) -> put(conditions.putObject(operator), values));
      }
    }
    return document;
  }

  private static void put(ObjectNode node, Map<String, List<String>> values) {
    values.forEach(
        (key, list) -> {
          if (list.size() == 1) {
            node.put(key, list.get(0));
          } else {
            ArrayNode array = node.putArray(key);
            list.forEach(array::add);
          }
        });
  }

  /**
   * Reads a document that allows and nothing else.
   *
   * @throws IllegalArgumentException if it is no JSON, or has a statement that denies, or one that
   *     says what it does not mean ({@code NotAction}, {@code NotResource}, {@code NotPrincipal})
   */
  public static PolicyDocument parse(String json) {
    JsonNode document;
    try {
      document = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the policy is no JSON", e);
    }
    List<Statement> statements = new ArrayList<>();
    for (JsonNode node : listed(document.path("Statement"))) {
      if (!node.path("Effect").asText().equals("Allow")
          || node.has("NotAction")
          || node.has("NotResource")
          || node.has("NotPrincipal")) {
        throw new IllegalArgumentException(
            "the policy has a statement that does not just allow something: "
                + node.path("Sid").asText("(without Sid)"));
      }
      Map<String, Map<String, List<String>>> conditions = new LinkedHashMap<>();
      node.path("Condition")
          .properties()
          .forEach(each -> conditions.put(each.getKey(), byName(each.getValue())));
      JsonNode principal = node.path("Principal");
      statements.add(
          new Statement(
              node.path("Sid").asText(),
              principal.isTextual()
                  ? Map.of("AWS", List.of(principal.asText()))
                  : byName(principal),
              texts(node.path("Action")),
              texts(node.path("Resource")),
              conditions));
    }
    return new PolicyDocument(statements);
  }

  private static Map<String, List<String>> byName(JsonNode node) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    node.properties().forEach(each -> values.put(each.getKey(), texts(each.getValue())));
    return values;
  }

  private static List<String> texts(JsonNode node) {
    List<String> texts = new ArrayList<>();
    listed(node).forEach(each -> texts.add(each.asText()));
    return texts;
  }

  /** AWS lets one of something stand without a list around it. */
  private static Iterable<JsonNode> listed(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return List.of();
    }
    return node.isArray() ? node : List.of(node);
  }
}
