package org.streamfanout.cli.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The document that the page shows and programs read, by its parts. Members are added without a new
 * version; one that changes its meaning, or goes, makes one.
 */
public final class StatusDocument {
  /** The version that is written, and the only one that is read. */
  public static final int VERSION = 1;

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String TROUBLE = "trouble";

  private StatusDocument() {}

  /**
   * Returns a document.
   *
   * @param workers one of each worker
   * @param table the targets table; null if nobody asked for one
   */
  public static ObjectNode of(Instant at, List<ObjectNode> workers, @Nullable ObjectNode table) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("version", VERSION);
    root.put("at", at.toString());
    ArrayNode all = MAPPER.createArrayNode().addAll(workers);
    root.put("fine", !hasTrouble(all) && (table == null || !hasTrouble(table)));
    root.set("workers", all);
    root.set("table", table);
    return root;
  }

  /** Returns an empty part. */
  public static ObjectNode part() {
    return MAPPER.createObjectNode();
  }

  /** Writes what is to be looked at in a part. */
  public static void putTrouble(ObjectNode part, Collection<Trouble> trouble) {
    ArrayNode all = part.putArray(TROUBLE);
    trouble.stream().sorted().forEach(each -> all.add(each.name()));
  }

  /** Returns whether a part, or a part of it, has something to look at. */
  static boolean hasTrouble(JsonNode part) {
    return part.findValues(TROUBLE).stream().anyMatch(each -> !each.isEmpty());
  }

  /** Returns a document as it is sent. */
  public static byte[] bytes(JsonNode document) {
    try {
      return MAPPER.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree cannot be written as JSON", e);
    }
  }
}
