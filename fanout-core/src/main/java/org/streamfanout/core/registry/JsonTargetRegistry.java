package org.streamfanout.core.registry;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

/**
 * Targets from JSON: an array of objects, each a row with the column names of the targets table.
 * {@code filter} may be text, as in the table, or the pattern itself as an object.
 *
 * <p>A snapshot, immutable and thread-safe. A host that wants changes of a file to be seen puts
 * {@code source -> JsonTargetRegistry.read(file).targetsFor(source)} behind a {@link
 * CachingTargetRegistry}.
 */
public final class JsonTargetRegistry implements TargetRegistry {
  /** The most bytes of a file or text: tens of thousands of rows. */
  public static final int MAX_BYTES = 16 * 1024 * 1024;

  /** How Jackson's text begins where it quotes what the file holds. */
  private static final String QUOTING = "Unrecognized token";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();
  private static final ObjectReader READER = MAPPER.readerFor(JsonNode.class);
  private static final TypeReference<Map<String, Object>> ROW = new TypeReference<>() {};

  private final Map<Source, Targets> targets;
  private final List<Targets.Invalid> unplaced;

  private JsonTargetRegistry(Map<Source, Targets> targets, List<Targets.Invalid> unplaced) {
    this.targets = targets;
    this.unplaced = unplaced;
  }

  /**
   * Reads a file.
   *
   * @throws RegistryException if it cannot be read, is larger than {@link #MAX_BYTES}, is not JSON,
   *     repeats a key within an object, or is not an array of objects; the text says where, and
   *     quotes names only
   */
  public static JsonTargetRegistry read(Path file) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new RegistryException("targets file '" + file + "' does not exist", e);
    } catch (IOException e) {
      throw new RegistryException("targets file '" + file + "' cannot be read: " + e, e);
    }
    return parse(bytes, "targets file '" + file + "'");
  }

  /**
   * Reads JSON text.
   *
   * @throws RegistryException as {@link #read} does
   */
  public static JsonTargetRegistry parse(String json) {
    return parse(json.getBytes(StandardCharsets.UTF_8), "targets");
  }

  private static JsonTargetRegistry parse(byte[] json, String name) {
    if (json.length > MAX_BYTES) {
      throw new RegistryException(
          name + " is larger than " + MAX_BYTES + " bytes; use a table for so many targets");
    }
    JsonNode root;
    try {
      root = READER.readTree(json);
    } catch (JsonProcessingException e) {
      // not as the cause: its text may quote what the file holds
      JsonLocation at = e.getLocation();
      throw new RegistryException(
          name
              + " cannot be understood"
              + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr())
              + ": "
              + withoutQuote(e.getOriginalMessage()));
    } catch (NumberFormatException e) {
      throw new RegistryException(name + " holds a number that is too large");
    } catch (IOException e) {
      throw new RegistryException(name + " cannot be read: " + e, e);
    }
    if (!root.isArray()) {
      throw new RegistryException(
          name + " must be an array of rows, [{...}, ...], and is " + kind(root));
    }
    return ofRows(rows(root, name));
  }

  private static String withoutQuote(String message) {
    return message.startsWith(QUOTING)
        ? "a word without quotes where a value is expected"
        : message;
  }

  private static List<Map<String, Object>> rows(JsonNode root, String name) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (JsonNode node : root) {
      if (!node.isObject()) {
        throw new RegistryException(
            name + ": row " + (rows.size() + 1) + " must be an object, and is " + kind(node));
      }
      Map<String, Object> row = MAPPER.convertValue(node, ROW);
      JsonNode filter = node.get("filter");
      if (filter != null && filter.isObject()) {
        row.put("filter", filter.toString());
      }
      rows.add(row);
    }
    return rows;
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "text";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
      default -> "empty";
    };
  }

  private static JsonTargetRegistry ofRows(List<Map<String, Object>> rows) {
    Map<Source, List<Map<String, Object>>> placed = new LinkedHashMap<>();
    List<Targets.Invalid> unplaced = new ArrayList<>();
    for (int index = 0; index < rows.size(); index++) {
      Map<String, Object> row = rows.get(index);
      Optional<Source> source = source(row.get("sourceArn"));
      if (source.isPresent()) {
        placed.computeIfAbsent(source.get(), key -> new ArrayList<>()).add(row);
      } else {
        String place = "row " + (index + 1) + ": ";
        for (Targets.Invalid each : Targets.ofRows(List.of(row)).invalid()) {
          unplaced.add(
              new Targets.Invalid(each.id(), each.problems().stream().map(place::concat).toList()));
        }
      }
    }
    Map<Source, Targets> targets = new LinkedHashMap<>();
    placed.forEach((source, its) -> targets.put(source, Targets.ofRows(its)));
    return new JsonTargetRegistry(targets, List.copyOf(unplaced));
  }

  private static Optional<Source> source(@Nullable Object column) {
    try {
      return column instanceof String text ? Optional.of(Source.of(text)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // reading the row says what is wrong
    }
  }

  @Override
  public Targets targetsFor(Source source) {
    return targets.getOrDefault(source, Targets.NONE);
  }

  /** Returns every source that has rows, in the order in which they appear first. */
  public Set<Source> sources() {
    return new LinkedHashSet<>(targets.keySet());
  }

  /**
   * Returns the active rows whose {@code sourceArn} names no source, so that no record would ever
   * reach them, with everything that is wrong with them.
   */
  public List<Targets.Invalid> unplaced() {
    return unplaced;
  }
}
