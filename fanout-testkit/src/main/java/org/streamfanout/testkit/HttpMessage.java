package org.streamfanout.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message of HTTP/1.1 with its whole body, as far as AWS clients use it.
 *
 * @param start the request or status line
 * @param headers by name in lower case
 * @param body never null
 */
record HttpMessage(String start, Map<String, String> headers, byte[] body) {
  // A PutRecords call may have 10 MiB, which is the largest that goes through here.
  private static final int LARGEST_BODY = 64 << 20;
  private static final int LONGEST_LINE = 64 << 10;

  /** Reads a request; null if the client has closed the connection before it. */
  static @Nullable HttpMessage readRequest(BufferedInputStream in, OutputStream out)
      throws IOException {
    String start = readLine(in);
    if (start == null) {
      return null;
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = readLine(in); line != null && !line.isEmpty(); line = readLine(in)) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IOException("not a header line of HTTP/1.1: " + line.length() + " characters");
      }
      headers.put(
          line.substring(0, colon).trim().toLowerCase(Locale.ROOT),
          line.substring(colon + 1).trim());
    }
    if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
    return new HttpMessage(start, headers, readBody(in, headers));
  }

  private static byte[] readBody(BufferedInputStream in, Map<String, String> headers)
      throws IOException {
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      return readChunks(in);
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return readExactly(in, length);
  }

  private static byte[] readChunks(BufferedInputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String line = readLine(in);
      if (line == null) {
        throw new EOFException("the connection ended within a chunked body");
      }
      int length = Integer.parseInt(line.split(";", 2)[0].trim(), 16);
      body.writeBytes(readExactly(in, length));
      readLine(in);
      if (length == 0) {
        return body.toByteArray();
      }
    }
  }

  private static byte[] readExactly(InputStream in, int length) throws IOException {
    if (length < 0 || length > LARGEST_BODY) {
      throw new IOException("a body of " + length + " bytes; at most " + LARGEST_BODY);
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the connection ended within a body");
    }
    return body;
  }

  private static @Nullable String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        if (line.size() == 0) {
          return null;
        }
        throw new EOFException("the connection ended within a line");
      }
      if (line.size() == LONGEST_LINE) {
        throw new IOException("a line of more than " + LONGEST_LINE + " bytes");
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /** Returns a header, or the empty text. */
  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** Returns a response. */
  static HttpMessage response(int status, Map<String, String> headers, byte[] body) {
    return new HttpMessage("HTTP/1.1 " + status + " ", headers, body);
  }

  /** Writes a response and its length. */
  void writeTo(OutputStream out) throws IOException {
    StringBuilder head = new StringBuilder(start).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("content-length: ").append(body.length).append("\r\n\r\n");
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.write(body);
    out.flush();
  }
}
