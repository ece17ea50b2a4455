package org.streamfanout.aws;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;

/**
 * A text with places that each record fills in, such as <code>{sequenceNumber[-3:-1]}_{shardId}
 * </code>. Immutable.
 *
 * <p>{@code id} is the record's, with {@code #} and the part for a user record of an aggregate, so
 * that it is unique; {@code part} is 0 for a record taken as it is; {@code shardId} of a record
 * without a shard is the label of the table stream that it comes from; {@code field:<name>} is a
 * field of the record's JSON. {@code [from:to]} takes a piece by characters: from 0, {@code to} not
 * included, negative numbers count from the end, either may be left out, and what lies outside is
 * cut off.
 */
public final class RecordTemplate {
  /** What may be written, for descriptions and error texts. */
  public static final String SYNTAX =
      "{sequenceNumber}, {shardId}, {part}, {key}, {id} or {field:<name>}, each with an optional"
          + " piece such as {sequenceNumber[-3:-1]}";

  private static final Pattern PLACE =
      Pattern.compile(
          "\\{(sequenceNumber|shardId|part|key|id|field:([^{}\\[\\]]+))"
              + "(?:\\[((?:-?\\d{1,4})?):((?:-?\\d{1,4})?)])?}");

  private final String text;
  private final List<Piece> pieces;

  private sealed interface Piece {}

  private record Literal(String text) implements Piece {}

  /** From and to are null where they are left out. */
  private record Place(
      String name, @Nullable String field, @Nullable Integer from, @Nullable Integer to)
      implements Piece {}

  private RecordTemplate(String text, List<Piece> pieces) {
    this.text = text;
    this.pieces = pieces;
  }

  /**
   * Reads a template; a text without places is one, too.
   *
   * @throws IllegalArgumentException if a brace belongs to no place
   */
  public static RecordTemplate parse(String text) {
    List<Piece> pieces = new ArrayList<>();
    Matcher matcher = PLACE.matcher(text);
    int at = 0;
    while (matcher.find()) {
      literal(text, at, matcher.start(), pieces);
      pieces.add(
          new Place(
              matcher.group(1),
              matcher.group(2),
              bound(matcher.group(3)),
              bound(matcher.group(4))));
      at = matcher.end();
    }
    literal(text, at, text.length(), pieces);
    return new RecordTemplate(text, List.copyOf(pieces));
  }

  private static void literal(String text, int from, int to, List<Piece> pieces) {
    String literal = text.substring(from, to);
    if (literal.indexOf('{') >= 0 || literal.indexOf('}') >= 0) {
      throw new IllegalArgumentException(
          "'" + literal + "' is not understood; write " + SYNTAX + ", and plain text around them");
    }
    if (!literal.isEmpty()) {
      pieces.add(new Literal(literal));
    }
  }

  private static @Nullable Integer bound(@Nullable String digits) {
    return digits == null || digits.isEmpty() ? null : Integer.valueOf(digits);
  }

  /** Returns the names of the JSON fields that the template asks for. */
  public Set<String> fields() {
    Set<String> fields = new LinkedHashSet<>();
    for (Piece piece : pieces) {
      if (piece instanceof Place place && place.field() != null) {
        fields.add(place.field());
      }
    }
    return fields;
  }

  /** Returns whether a place takes the whole of a value, such as {@code id}. */
  public boolean usesWhole(String name) {
    return pieces.stream()
        .anyMatch(
            piece ->
                piece instanceof Place place
                    && place.name().equals(name)
                    && place.from() == null
                    && place.to() == null);
  }

  /** Returns whether records of one key always give one text: no place but {@code key}. */
  public boolean isOfKeyOnly() {
    return pieces.stream()
        .allMatch(piece -> !(piece instanceof Place place) || place.name().equals("key"));
  }

  /** Returns whether a record's JSON and key alone decide: no place but fields and {@code key}. */
  public boolean isOfContentOnly() {
    return pieces.stream()
        .allMatch(
            piece ->
                !(piece instanceof Place place)
                    || place.field() != null
                    || place.name().equals("key"));
  }

  /**
   * Returns a record's text, or nothing if the record lacks what a place asks for.
   *
   * @param fields the text of a field of the record's JSON; null if there is none, or no scalar
   */
  public Optional<String> render(
      FanoutRecord record, Source source, Function<String, @Nullable String> fields) {
    StringBuilder rendered = new StringBuilder();
    for (Piece piece : pieces) {
      if (piece instanceof Literal literal) {
        rendered.append(literal.text());
      } else if (piece instanceof Place place) {
        String field = place.field();
        String value = field != null ? fields.apply(field) : value(place.name(), record, source);
        if (value == null) {
          return Optional.empty();
        }
        rendered.append(cut(value, place));
      }
    }
    return Optional.of(rendered.toString());
  }

  /**
   * Returns what a place of a name stands for; null if the record has none.
   *
   * @param name any of {@link #SYNTAX} but {@code field}
   */
  public static @Nullable String value(String name, FanoutRecord record, Source source) {
    return switch (name) {
      case "sequenceNumber" -> record.sequenceNumber();
      case "shardId" -> shardId(record, source);
      case "part" -> Integer.toString(record.position().subSequenceNumber());
      case "key" -> record.key();
      case "id" ->
          record.part() == Position.WHOLE ? record.id() : record.id() + "#" + record.part();
      default -> throw new IllegalArgumentException("'" + name + "' is no place of a template");
    };
  }

  private static @Nullable String shardId(FanoutRecord record, Source source) {
    String shard = record.shard();
    if (shard != null) {
      return shard;
    }
    String resource = Arn.parse(source.id()).map(Arn::resource).orElse("");
    int label = resource.lastIndexOf("/stream/");
    return source.type() == Source.Type.DYNAMODB && label >= 0
        ? resource.substring(label + "/stream/".length())
        : null;
  }

  /** By code points, so that no pair is torn. */
  private static String cut(String value, Place place) {
    if (place.from() == null && place.to() == null) {
      return value;
    }
    int[] characters = value.codePoints().toArray();
    int from = place.from() == null ? 0 : index(place.from(), characters.length);
    int to = place.to() == null ? characters.length : index(place.to(), characters.length);
    return from < to ? new String(characters, from, to - from) : "";
  }

  private static int index(int bound, int length) {
    return Math.max(0, Math.min(length, bound < 0 ? length + bound : bound));
  }

  /** Returns the template as it was written. */
  @Override
  public String toString() {
    return text;
  }
}
