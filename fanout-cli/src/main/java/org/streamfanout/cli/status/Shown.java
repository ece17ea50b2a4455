package org.streamfanout.cli.status;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes out of destinations, and of texts that quote them, what may be a secret: whoever wrote a
 * row may have put one there in spite of everything.
 */
public final class Shown {
  private static final Pattern URL =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://([^\\s/?#'\"]*)([^\\s?#'\"]*)([^\\s'\"]*)");

  /** AWS's own, in every partition: a queue's path is its account and its name. */
  private static final Pattern OF_AWS =
      Pattern.compile("(?i)([a-z0-9-]+\\.)+amazonaws\\.com(\\.cn)?(:\\d+)?");

  private Shown() {}

  /**
   * Returns a text in which no URL has a user, a password, a query or a fragment; and no path if it
   * is one of HTTP beyond AWS's hosts, since the path of a web hook is its secret.
   */
  public static String of(String text) {
    return URL.matcher(text).replaceAll(match -> Matcher.quoteReplacement(shorten(match)));
  }

  private static String shorten(MatchResult url) {
    String authority = url.group(2);
    String host = authority.substring(authority.lastIndexOf('@') + 1);
    String path = url.group(3);
    boolean web = url.group(1).toLowerCase(Locale.ROOT).startsWith("http");
    boolean whole = !web || path.length() <= 1 || OF_AWS.matcher(host).matches();
    return url.group(1)
        + "://"
        + host
        + (whole ? path : "/...")
        + (whole && !url.group(4).isEmpty() ? "?..." : "");
  }
}
