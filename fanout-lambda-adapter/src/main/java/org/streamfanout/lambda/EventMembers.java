package org.streamfanout.lambda;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What the readers of an event's objects have in common. Stateless. */
final class EventMembers {
  /** Names out of an event are quoted no longer than this. */
  private static final int MAX_QUOTE = 100;

  private EventMembers() {}

  /** Takes the brace that opens an object. */
  static void open(EventScanner scanner, String what) {
    if (scanner.peek() != '{') {
      throw scanner.problem(what + " is not an object");
    }
    scanner.expect('{');
  }

  /**
   * Marks a member as seen: one that is there twice has two meanings, and which one counts is luck.
   *
   * @param seen the members seen so far
   * @param member the member's index; negative if its name is not among the names
   * @return the members seen now
   */
  static int once(EventScanner scanner, int seen, int member, byte[][] names) {
    if (member < 0) {
      return seen;
    }
    if ((seen & 1 << member) != 0) {
      throw scanner.problem(
          "member '" + new String(names[member], StandardCharsets.UTF_8) + "' is there twice");
    }
    return seen | 1 << member;
  }

  /** Returns a value that has to be there. */
  static String required(@Nullable String value, String what) {
    if (value == null || value.isEmpty()) {
      throw new EventSyntaxException(what + " is missing or empty");
    }
    return value;
  }

  /** Takes a whole number, or null where the value is JSON's null. */
  static @Nullable Long wholeOrNull(EventScanner scanner, String what) {
    String number = scanner.numberOrNull(what);
    return number == null ? null : (Long) whole(number, what);
  }

  /** Returns the whole number that a text stands for. */
  static long whole(String number, String what) {
    try {
      return Long.parseLong(number);
    } catch (NumberFormatException e) {
      throw new EventSyntaxException(what + " is not a whole number", e);
    }
  }

  /** Returns a text that can stand in a message: one line, and not too long. */
  static String quotable(String text) {
    String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
    return printable.length() <= MAX_QUOTE ? printable : printable.substring(0, MAX_QUOTE) + "...";
  }
}
