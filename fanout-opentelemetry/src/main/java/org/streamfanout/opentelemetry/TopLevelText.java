package org.streamfanout.opentelemetry;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;

/**
 * Finds a text among the members of a JSON object, without parsing the rest. Looks at the first
 * bytes only, and copies nothing but what it finds. What is no JSON has no members; that it is JSON
 * is not checked.
 */
final class TopLevelText {
  /** As long as a text may be that is looked for: several times a trace context's. */
  private static final int LONGEST = 512;

  private final Bytes json;
  private final int end;
  private int at;

  private TopLevelText(Bytes json, int most) {
    this.json = json;
    this.end = Math.min(json.length(), most);
  }

  /**
   * Returns the text of a member; null if there is none within the bytes looked at, or it is no
   * text, or one with escapes, or too long.
   *
   * @param most how many bytes are looked at
   */
  static @Nullable String find(Bytes json, byte[] name, int most) {
    return new TopLevelText(json, most).find(name);
  }

  private @Nullable String find(byte[] name) {
    skipSpace();
    if (at >= end || json.at(at) != '{') {
      return null;
    }
    at++;
    while (true) {
      skipSpace();
      if (at >= end || json.at(at) != '"') {
        return null;
      }
      int from = at + 1;
      skipText();
      boolean found = isName(from, at - 1, name);
      skipSpace();
      if (at >= end || json.at(at) != ':') {
        return null;
      }
      at++;
      skipSpace();
      if (found) {
        return text();
      }
      skipValue();
      if (at >= end || json.at(at) != ',') {
        return null;
      }
      at++;
    }
  }

  private boolean isName(int from, int to, byte[] name) {
    if (to - from != name.length) {
      return false;
    }
    for (int index = 0; index < name.length; index++) {
      if (json.at(from + index) != name[index]) {
        return false;
      }
    }
    return true;
  }

  private @Nullable String text() {
    if (at >= end || json.at(at) != '"') {
      return null;
    }
    int from = at + 1;
    skipText();
    int length = at - 1 - from;
    if (at > end || length < 0 || length > LONGEST || json.at(at - 1) != '"') {
      return null;
    }
    String text = new String(json.slice(from, length).toByteArray(), StandardCharsets.ISO_8859_1);
    return text.indexOf('\\') < 0 ? text : null;
  }

  private void skipSpace() {
    while (at < end && isSpace(json.at(at))) {
      at++;
    }
  }

  private static boolean isSpace(byte each) {
    return each == ' ' || each == '\n' || each == '\r' || each == '\t';
  }

  /** Goes from an opening quote past the closing one, or to the end. */
  private void skipText() {
    at++;
    while (at < end && json.at(at) != '"') {
      at += json.at(at) == '\\' ? 2 : 1;
    }
    at = Math.min(at + 1, end);
  }

  /** Goes to the comma or brace after a value, whatever is nested in it, or to the end. */
  private void skipValue() {
    int depth = 0;
    while (at < end) {
      byte each = json.at(at);
      if (each == '"') {
        skipText();
        continue;
      }
      if (depth == 0 && (each == ',' || each == '}')) {
        return;
      }
      if (each == '{' || each == '[') {
        depth++;
      } else if (each == '}' || each == ']') {
        depth--;
      }
      at++;
    }
  }
}
