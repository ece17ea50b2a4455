package org.streamfanout.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;

/**
 * Rows of the targets table as text that people keep under version control: an array of objects
 * with the table's column names, in JSON or YAML. Stateless.
 *
 * <p>What is written can be read again, and is then the same; columns that hold bytes, which none
 * of ours do, are left out. {@code filter} may be the pattern itself, as an object.
 */
public enum TargetsFile {
  /** JSON, indented; the command line's {@code --targets} reads it, too. */
  JSON(configured(JsonMapper.builder()).enable(SerializationFeature.INDENT_OUTPUT).build()),

  /** YAML; texts are in quotes, since without them some, such as {@code 1e3}, would be numbers. */
  YAML(
      configured(
              YAMLMapper.builder(
                  YAMLFactory.builder()
                      .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                      .disable(YAMLGenerator.Feature.SPLIT_LINES)
                      .build()))
          .build());

  private static final TypeReference<LinkedHashMap<String, @Nullable Object>> ROW =
      new TypeReference<>() {};

  /** These come first, since people look for them. */
  private static final List<String> FIRST =
      List.of("sourceArn", "id", "type", "destination", "active");

  private final ObjectMapper mapper;

  TargetsFile(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  private static <B extends MapperBuilder<?, B>> B configured(B builder) {
    return builder
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);
  }

  /** Returns the format of a file by its name: YAML for {@code .yaml} and {@code .yml}. */
  public static TargetsFile of(String name) {
    return name.endsWith(".yaml") || name.endsWith(".yml") ? YAML : JSON;
  }

  /**
   * Reads rows.
   *
   * @param name what the text is called in problems
   * @throws AdminException if it is not such an array, repeats a key, or a row has no source or id
   */
  public List<StoredTarget> read(String text, String name) {
    JsonNode root;
    try {
      root = mapper.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AdminException(
          name
              + " cannot be understood"
              + (e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr())
              + "; it must be "
              + this
              + ", an array of rows",
          e);
    }
    if (!root.isArray()) {
      throw new AdminException(name + " must be an array of rows");
    }
    List<StoredTarget> rows = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (JsonNode node : root) {
      JsonNode source = node.get(TargetsTable.SOURCE);
      JsonNode id = node.get(TargetsTable.ID);
      if (source == null || !source.isTextual() || id == null || !id.isTextual()) {
        problems.add(
            name + ": row " + (rows.size() + problems.size() + 1) + " needs a sourceArn and an id");
        continue;
      }
      Map<String, @Nullable Object> row = mapper.convertValue(node, ROW);
      JsonNode filter = node.get("filter");
      if (filter != null && filter.isObject()) {
        row.put("filter", filter.toString());
      }
      rows.add(StoredTarget.of(row));
    }
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    return rows;
  }

  /** Writes rows. */
  public String write(List<StoredTarget> rows) {
    try {
      return mapper.writeValueAsString(rows.stream().map(TargetsFile::ordered).toList());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("rows cannot be written", e);
    }
  }

  private static Map<String, @Nullable Object> ordered(StoredTarget row) {
    Map<String, @Nullable Object> columns = new LinkedHashMap<>();
    FIRST.forEach(
        column -> {
          if (row.columns().containsKey(column)) {
            columns.put(column, row.columns().get(column));
          }
        });
    row.columns().keySet().stream()
        .sorted()
        .filter(column -> !isBinary(row.columns().get(column)))
        .forEach(column -> columns.putIfAbsent(column, row.columns().get(column)));
    return columns;
  }

  private static boolean isBinary(@Nullable Object value) {
    return value instanceof Bytes
        || (value instanceof List<?> list && list.stream().anyMatch(TargetsFile::isBinary))
        || (value instanceof Map<?, ?> map
            && map.values().stream().anyMatch(TargetsFile::isBinary));
  }
}
