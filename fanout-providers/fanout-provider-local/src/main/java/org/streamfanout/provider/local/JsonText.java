package org.streamfanout.provider.local;

import java.util.HexFormat;

/** Writes JSON strings, so that no JSON library has to come along for this one need. */
final class JsonText {
  private JsonText() {}

  /** Appends a text in quotes; half a surrogate pair, which UTF-8 has no bytes for, is escaped. */
  static void append(StringBuilder json, String text) {
    json.append('"');
    for (int index = 0; index < text.length(); index++) {
      char next = text.charAt(index);
      if (next == '"' || next == '\\') {
        json.append('\\').append(next);
      } else if (next == '\n') {
        json.append("\\n");
      } else if (next < ' ' || isLoneSurrogate(text, index)) {
        json.append("\\u").append(HexFormat.of().toHexDigits(next));
      } else {
        json.append(next);
      }
    }
    json.append('"');
  }

  private static boolean isLoneSurrogate(String text, int index) {
    char here = text.charAt(index);
    if (Character.isHighSurrogate(here)) {
      return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
    }
    return Character.isLowSurrogate(here)
        && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
  }
}
