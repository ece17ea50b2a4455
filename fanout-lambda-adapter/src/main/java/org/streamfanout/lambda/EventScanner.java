package org.streamfanout.lambda;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A strict forward scan over JSON in UTF-8 (RFC 8259) that decodes only what is asked for. One
 * thread at a time.
 *
 * <p>Every method starts at the place where the one before it stopped, and throws {@link
 * EventSyntaxException} with the byte offset, never with the bytes.
 */
final class EventScanner {
  /**
   * How deep values may nest. DynamoDB items nest 32 levels at most
   * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, as known
   * 2026-11), which is two levels of JSON each and a few for the event around them.
   */
  static final int MAX_NESTING = 200;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private final byte[] json;
  private final int end;
  private int at;

  /** Scans a part of an array, which nobody may write to meanwhile. */
  EventScanner(byte[] json, int offset, int length) {
    this.json = json;
    this.at = offset;
    this.end = offset + length;
  }

  /** Returns names in the form that {@link #name} takes. */
  static byte[][] names(String... names) {
    return Arrays.stream(names)
        .map(name -> name.getBytes(StandardCharsets.UTF_8))
        .toArray(byte[][]::new);
  }

  /** Returns the index of the next byte in the array. */
  int position() {
    return at;
  }

  /** Moves over white space and returns the next byte, or -1 at the end. */
  int peek() {
    while (at < end) {
      byte next = json[at];
      if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
        return next & 0xff;
      }
      at++;
    }
    return -1;
  }

  /** Takes one character of punctuation. */
  void expect(char wanted) {
    if (peek() != wanted) {
      throw problem("'" + wanted + "' expected");
    }
    at++;
  }

  /** Takes the next character if it is this one, and returns whether it was. */
  boolean accept(char wanted) {
    if (peek() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  /**
   * Moves to the next member of an object, or past its end.
   *
   * @param first whether this is the first call since the opening brace
   * @return whether there is one; its name comes next
   */
  boolean nextMember(boolean first) {
    if (first ? accept('}') : !accept(',')) {
      if (!first) {
        expect('}');
      }
      return false;
    }
    return true;
  }

  /** Moves to the next element of an array, or past its end; like {@link #nextMember}. */
  boolean nextElement(boolean first) {
    if (first ? accept(']') : !accept(',')) {
      if (!first) {
        expect(']');
      }
      return false;
    }
    return true;
  }

  /**
   * Takes a member's name and the colon after it.
   *
   * @param names the names looked for
   * @param guess the index tried first
   * @return the name's index, or -1 if it is none of them
   */
  int name(byte[][] names, int guess) {
    if (peek() != '"') {
      throw problem("a member's name expected");
    }
    int from = at + 1;
    boolean escaped = skipString();
    byte[] bytes = json;
    int to = at - 1;
    if (escaped) {
      bytes = unescape(from, to).getBytes(StandardCharsets.UTF_8);
      from = 0;
      to = bytes.length;
    }
    expect(':');
    for (int tried = 0; tried < names.length; tried++) {
      int index = (guess + tried) % names.length;
      byte[] name = names[index];
      if (name.length == to - from && Arrays.equals(bytes, from, to, name, 0, name.length)) {
        return index;
      }
    }
    return -1;
  }

  /** Takes a string, or null where the value is JSON's null. */
  @Nullable String stringOrNull(String what) {
    if (peek() == 'n') {
      literal("null");
      return null;
    }
    if (peek() != '"') {
      throw problem(what + " is not text");
    }
    int from = at + 1;
    boolean escaped = skipString();
    return escaped ? unescape(from, at - 1) : text(from, at - 1);
  }

  /** Takes true or false. */
  boolean bool(String what) {
    int next = peek();
    if (next != 't' && next != 'f') {
      throw problem(what + " is neither true nor false");
    }
    literal(next == 't' ? "true" : "false");
    return next == 't';
  }

  /** A string that is often the same as in the record before, and then not made again. */
  static final class Repeated {
    private int from;
    private int to;
    private @Nullable String text;
  }

  /** Takes a string like {@link #stringOrNull}; the same instance as last time if it is equal. */
  @Nullable String repeatedOrNull(Repeated last, String what) {
    if (peek() == '"') {
      int from = at + 1;
      boolean escaped = skipString();
      int to = at - 1;
      if (last.text == null || !Arrays.equals(json, from, to, json, last.from, last.to)) {
        last.text = escaped ? unescape(from, to) : text(from, to);
        last.from = from;
        last.to = to;
      }
      return last.text;
    }
    return stringOrNull(what);
  }

  /** Takes a number and returns its text, or null where the value is JSON's null. */
  @Nullable String numberOrNull(String what) {
    int next = peek();
    if (next == 'n') {
      literal("null");
      return null;
    }
    if (next != '-' && !isDigit(next)) {
      throw problem(what + " is not a number");
    }
    int from = at;
    number();
    return new String(json, from, at - from, StandardCharsets.ISO_8859_1);
  }

  /** Takes a base64 string and returns its bytes, or null where the value is JSON's null. */
  byte @Nullable [] base64OrNull(String what) {
    if (peek() == 'n') {
      literal("null");
      return null;
    }
    if (peek() != '"') {
      throw problem(what + " is not text");
    }
    int from = at + 1;
    // What decodes up to the next quote holds no escape, no control and nothing beyond ASCII.
    int quote = nextQuote(from);
    byte[] decoded = EventBase64.decode(json, from, quote - from);
    if (decoded != null && quote < end) {
      at = quote + 1;
      return decoded;
    }
    if (skipString()) {
      byte[] unescaped = unescape(from, at - 1).getBytes(StandardCharsets.UTF_8);
      decoded = EventBase64.decode(unescaped, 0, unescaped.length);
      if (decoded != null) {
        return decoded;
      }
    }
    throw problem(what + " is not base64 (RFC 4648, section 4, with padding)");
  }

  private int nextQuote(int from) {
    int index = from;
    for (; index + 8 <= end; index += 8) {
      long others = (long) LONGS.get(json, index) ^ (ONES * '"');
      long found = (others - ONES) & ~others & HIGHS;
      if (found != 0) {
        return index + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    while (index < end && json[index] != '"') {
      index++;
    }
    return index;
  }

  /** Takes any value. */
  void skipValue(int depth) {
    if (depth > MAX_NESTING) {
      throw problem("values nest deeper than " + MAX_NESTING + " levels");
    }
    switch (peek()) {
      case '{' -> {
        at++;
        for (boolean first = true; nextMember(first); first = false) {
          if (peek() != '"') {
            throw problem("a member's name expected");
          }
          skipString();
          expect(':');
          skipValue(depth + 1);
        }
      }
      case '[' -> {
        at++;
        for (boolean first = true; nextElement(first); first = false) {
          skipValue(depth + 1);
        }
      }
      case '"' -> skipString();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw problem("a value expected");
    }
  }

  /** Returns an exception that names the byte offset reached. */
  EventSyntaxException problem(String text) {
    return at >= end
        ? new EventSyntaxException("the event ends too soon, at byte " + at + ": " + text)
        : new EventSyntaxException(text + ", at byte " + at);
  }

  private void literal(String word) {
    for (int index = 0; index < word.length(); index++) {
      if (at >= end || json[at] != word.charAt(index)) {
        throw problem("'" + word + "' expected");
      }
      at++;
    }
  }

  private void number() {
    if (json[at] == '-') {
      at++;
    }
    if (at < end && json[at] == '0') {
      at++;
    } else {
      digits();
    }
    if (at < end && json[at] == '.') {
      at++;
      digits();
    }
    if (at < end && (json[at] == 'e' || json[at] == 'E')) {
      at++;
      if (at < end && (json[at] == '+' || json[at] == '-')) {
        at++;
      }
      digits();
    }
    if (at < end && (isDigit(json[at]) || json[at] == '.')) {
      throw problem("not a number");
    }
  }

  private void digits() {
    int from = at;
    while (at < end && isDigit(json[at])) {
      at++;
    }
    if (at == from) {
      throw problem("a digit expected");
    }
  }

  /** Moves past a string that starts here, and returns whether it has escapes. */
  private boolean skipString() {
    boolean escaped = false;
    at++;
    while (true) {
      while (at + 8 <= end) {
        long found = special((long) LONGS.get(json, at));
        if (found != 0) {
          at += Long.numberOfTrailingZeros(found) >>> 3;
          break;
        }
        at += 8;
      }
      if (at >= end) {
        throw problem("a string has no end");
      }
      byte next = json[at];
      if (next == '"') {
        at++;
        return escaped;
      } else if (next == '\\') {
        escaped = true;
        skipEscape();
      } else if (next < 0) {
        skipUtf8();
      } else if (next < ' ') {
        throw problem("a control character in a string is not escaped");
      } else {
        at++;
      }
    }
  }

  /**
   * Returns the high bits of those of eight bytes that end a plain run of ASCII: quote, backslash,
   * control, non-ASCII. Bits above the lowest one may be set wrongly, since borrows run upwards.
   */
  private static long special(long eight) {
    long quote = eight ^ (ONES * '"');
    long backslash = eight ^ (ONES * '\\');
    return (eight | (quote - ONES) | (backslash - ONES) | (eight - ONES * ' ')) & HIGHS;
  }

  private void skipEscape() {
    at++;
    if (at >= end) {
      throw problem("a string has no end");
    }
    switch (json[at]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at++;
      case 'u' -> {
        at++;
        for (int digit = 0; digit < 4; digit++, at++) {
          if (at >= end || Character.digit(json[at], 16) < 0) {
            throw problem("four hexadecimal digits expected");
          }
        }
      }
      default -> throw problem("no such escape in a string");
    }
  }

  /** Moves past one character of two to four bytes, as RFC 3629 allows them. */
  private void skipUtf8() {
    int lead = json[at] & 0xff;
    int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || at + length > end) {
      throw problem("a string is not UTF-8");
    }
    int second = json[at + 1] & 0xff;
    int lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    int highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (second < lowest || second > highest) {
      throw problem("a string is not UTF-8");
    }
    for (int index = 2; index < length; index++) {
      if ((json[at + index] & 0xc0) != 0x80) {
        throw problem("a string is not UTF-8");
      }
    }
    at += length;
  }

  private String text(int from, int to) {
    return new String(json, from, to - from, StandardCharsets.UTF_8);
  }

  /** Returns the text of a string whose syntax has been checked. */
  private String unescape(int from, int to) {
    String raw = text(from, to);
    StringBuilder text = new StringBuilder(raw.length());
    for (int index = 0; index < raw.length(); index++) {
      char next = raw.charAt(index);
      if (next != '\\') {
        text.append(next);
        continue;
      }
      char kind = raw.charAt(++index);
      switch (kind) {
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'u' -> {
          text.append((char) Integer.parseInt(raw.substring(index + 1, index + 5), 16));
          index += 4;
        }
        default -> text.append(kind);
      }
    }
    // A lone surrogate cannot be written as UTF-8 again; taking it would change the text silently.
    try {
      StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw problem("a string holds half a surrogate pair");
    }
    return text.toString();
  }

  private static boolean isDigit(int character) {
    return character >= '0' && character <= '9';
  }
}
