package org.streamfanout.cli.status;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.cli.status.WebServer.Answer;

/**
 * The page, its parts, and the document that it shows. Thread-safe.
 *
 * <p>It answers to addresses, to {@code localhost} and to the name that it listens on: a page of
 * another site, whose name is made to mean this machine, must not read it in its visitors'
 * browsers.
 */
public final class StatusPage {
  /** Where the document is. */
  public static final String DOCUMENT = "/status.json";

  private static final Pattern ADDRESS =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");
  private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

  private static final Map<String, Answer> PARTS =
      Map.of(
          "/", part("status.html", "text/html; charset=utf-8"),
          "/status.css", part("status.css", "text/css; charset=utf-8"),
          "/status.js", part("status.js", "text/javascript; charset=utf-8"));

  private final String boundHost;
  private final Supplier<byte[]> document;

  /**
   * Makes a page.
   *
   * @param boundHost what the server listens on
   * @param document makes the document anew, as JSON; several threads may ask at once
   */
  public StatusPage(String boundHost, Supplier<byte[]> document) {
    this.boundHost = boundHost.toLowerCase(Locale.ROOT);
    this.document = document;
  }

  private static Answer part(String name, String type) {
    try (InputStream in = StatusPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("'" + name + "' is missing in the jar");
      }
      return new Answer(WebServer.OK, type, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("'" + name + "' cannot be read from the jar", e);
    }
  }

  /** Returns the answer for a path; nothing if the path is none of the page's. */
  public Optional<Answer> answer(String path, @Nullable String host) {
    Answer part = PARTS.get(path);
    if (part == null && !path.equals(DOCUMENT)) {
      return Optional.empty();
    }
    if (!isOurs(host)) {
      return Optional.of(
          Answer.text(
              WebServer.MISDIRECTED,
              WebServer.PLAIN,
              "ask by an address, by localhost, or by the name that is listened on\n"));
    }
    return Optional.of(
        part != null
            ? part
            : new Answer(WebServer.OK, "application/json; charset=utf-8", document.get()));
  }

  private boolean isOurs(@Nullable String host) {
    if (host == null) {
      return false;
    }
    String name = PORT.matcher(host.toLowerCase(Locale.ROOT)).replaceFirst("");
    return name.equals("localhost") || name.equals(boundHost) || ADDRESS.matcher(name).matches();
  }
}
