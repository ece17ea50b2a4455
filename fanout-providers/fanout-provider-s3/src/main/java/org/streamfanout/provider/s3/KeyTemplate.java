package org.streamfanout.provider.s3;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;

/**
 * How objects are named: for the same messages always the same, for others never. Immutable.
 *
 * @param text with its places, {@code {id}} among them
 * @param extension what follows
 */
record KeyTemplate(String text, String extension) {
  static final String STANDARD = "{yyyy}/{MM}/{dd}/{HH}/{source}-{shard}-{first}";
  static final String SYNTAX =
      "a key of letters, digits and !_.*'()=-/ with the places {yyyy}, {MM}, {dd}, {HH}, {source},"
          + " {shard}, {first}, {last} and {id}";

  /**
   * In bytes, as <a
   * href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html">the page on
   * object keys</a> says (as known 2026-11).
   */
  static final int LONGEST_KEY = 1_024;

  private static final int LONGEST_VALUE = 160;
  private static final int ID_BYTES = 16;
  private static final Pattern PLACE =
      Pattern.compile("\\{(yyyy|MM|dd|HH|source|shard|first|last|id)}");
  private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9!_.*'()=/-]*");
  private static final Pattern STEP = Pattern.compile("(?:^|.*/)(?:\\.{1,2})?(?:/.*|$)");
  private static final Pattern ODD = Pattern.compile("[^A-Za-z0-9_.-]");

  /** Reads a template; one without {@code {id}} gets it at its end. Nothing if it is none. */
  static Optional<KeyTemplate> parse(String text, String extension) {
    String plain = PLACE.matcher(text).replaceAll("x");
    if (!LITERAL.matcher(plain).matches() || STEP.matcher(plain).matches()) {
      return Optional.empty();
    }
    return Optional.of(new KeyTemplate(text.contains("{id}") ? text : text + "-{id}", extension));
  }

  static KeyTemplate standard(String extension) {
    return new KeyTemplate(STANDARD + "-{id}", extension);
  }

  /** Returns the most bytes that a key can have. */
  int longest() {
    return PLACE
            .matcher(text)
            .replaceAll(
                place ->
                    switch (place.group(1)) {
                      case "yyyy" -> "2026";
                      case "MM", "dd", "HH" -> "01";
                      case "id" -> "x".repeat(2 * ID_BYTES);
                      default -> "x".repeat(LONGEST_VALUE);
                    })
            .length()
        + extension.length();
  }

  /**
   * Returns the name of the object that holds messages of a batch.
   *
   * @param messages those that the object holds, not empty
   * @param now stands in where the source does not say when the first record arrived
   */
  String key(Batch batch, List<Message> messages, Instant now) {
    FanoutRecord first = messages.get(0).records().get(0);
    List<FanoutRecord> lasts = messages.get(messages.size() - 1).records();
    FanoutRecord last = lasts.get(lasts.size() - 1);
    Instant arrivedAt = first.arrivedAt();
    ZonedDateTime time = (arrivedAt == null ? now : arrivedAt).atZone(ZoneOffset.UTC);
    return PLACE
            .matcher(text)
            .replaceAll(
                place ->
                    Matcher.quoteReplacement(
                        switch (place.group(1)) {
                          case "yyyy" -> digits(4, time.getYear());
                          case "MM" -> digits(2, time.getMonthValue());
                          case "dd" -> digits(2, time.getDayOfMonth());
                          case "HH" -> digits(2, time.getHour());
                          case "source" -> value(nameOf(batch.source()));
                          case "shard" -> value(batch.shard());
                          case "first" -> value(position(first));
                          case "last" -> value(position(last));
                          default -> id(messages);
                        }))
        + extension;
  }

  private static String digits(int count, int number) {
    return String.format(Locale.ROOT, "%0" + count + "d", number);
  }

  /** The stream's, topic's or queue's own name: what stands after the last slash or colon. */
  private static String nameOf(Source source) {
    String id = source.id();
    if (source.type() == Source.Type.DYNAMODB) {
      int table = id.indexOf(":table/");
      String name = table < 0 ? id : id.substring(table + ":table/".length());
      int end = name.indexOf('/');
      return end < 0 ? name : name.substring(0, end);
    }
    return id.substring(Math.max(id.lastIndexOf('/'), id.lastIndexOf(':')) + 1);
  }

  private static String position(FanoutRecord record) {
    return record.part() == Position.WHOLE
        ? record.sequenceNumber()
        : record.sequenceNumber() + "." + record.part();
  }

  /** Nothing here has to be unique: that is the id's part. */
  private static String value(@Nullable String text) {
    String plain = text == null || text.isEmpty() ? "_" : ODD.matcher(text).replaceAll("_");
    return plain.length() <= LONGEST_VALUE ? plain : plain.substring(0, LONGEST_VALUE);
  }

  private static String id(List<Message> messages) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Message message : messages) {
        digest.update(message.id().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
      }
      return HexFormat.of().formatHex(digest.digest(), 0, ID_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256", impossible);
    }
  }
}
