package org.streamfanout.provider.s3;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.streamfanout.spi.TargetConfig;

/**
 * What a target's options say. Immutable.
 *
 * @param format how records become an object
 * @param compression how the object is compressed
 * @param key the object's name below the prefix
 * @param ifNoneMatch whether an object that is there already is left alone
 */
record S3Options(
    ObjectFormat format, Compression compression, KeyTemplate key, boolean ifNoneMatch) {

  /**
   * Reads the options.
   *
   * @param prefix of the destination, which counts for the length of keys
   * @param problems where everything that is wrong is added
   */
  static S3Options parse(TargetConfig target, String prefix, List<String> problems) {
    Map<String, String> options = target.options();
    ObjectFormat format =
        choice(options, "format", ObjectFormat.values(), ObjectFormat.LINES, problems);
    Compression compression =
        choice(options, "compression", Compression.values(), Compression.NONE, problems);
    String extension = format.extension() + compression.extension();
    String text = options.getOrDefault("key", KeyTemplate.STANDARD);
    Optional<KeyTemplate> key = KeyTemplate.parse(text, extension);
    if (key.isEmpty()) {
      problems.add("option 'key' is '" + text + "', not " + KeyTemplate.SYNTAX);
    }
    KeyTemplate template = key.orElseGet(() -> KeyTemplate.standard(extension));
    if (prefix.length() + template.longest() > KeyTemplate.LONGEST_KEY) {
      problems.add(
          "option 'key' and the destination's prefix may come to more than the "
              + KeyTemplate.LONGEST_KEY
              + " bytes that a key may have; make them shorter");
    }
    String ifNoneMatch = options.getOrDefault("ifNoneMatch", "false");
    if (!ifNoneMatch.equals("true") && !ifNoneMatch.equals("false")) {
      problems.add("option 'ifNoneMatch' is '" + ifNoneMatch + "', not true or false");
    }
    return new S3Options(format, compression, template, ifNoneMatch.equals("true"));
  }

  private static <E extends Enum<E>> E choice(
      Map<String, String> options, String name, E[] values, E standard, List<String> problems) {
    String text = options.get(name);
    if (text == null) {
      return standard;
    }
    StringBuilder known = new StringBuilder();
    for (E value : values) {
      String written = value.name().toLowerCase(Locale.ROOT);
      if (written.equals(text)) {
        return value;
      }
      known.append(known.isEmpty() ? "" : ", ").append(written);
    }
    problems.add("option '" + name + "' is '" + text + "', not one of " + known);
    return standard;
  }
}
