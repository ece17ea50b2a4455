package org.streamfanout.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.ZipFile;

/**
 * The jar of a function. Immutable, as long as nobody writes to the file.
 *
 * @param file the jar
 * @param bytes its size
 * @param sha256 its hash in base64, as Lambda tells it
 */
public record FunctionCode(Path file, long bytes, String sha256) {
  /**
   * The most bytes that a request may carry, <a
   * href="https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html">by Lambda's
   * quotas</a> (as known 2026-11): more goes by way of a bucket.
   */
  public static final long MAX_DIRECT = 50L << 20;

  /** What Lambda calls. */
  public static final String HANDLER =
      "org.streamfanout.lambda.function.FanoutFunction::handleRequest";

  private static final String ENTRY = "org/streamfanout/lambda/function/FanoutFunction.class";
  private static final int CHUNK = 1 << 16;

  /**
   * Reads a jar.
   *
   * @throws AdminException if it cannot be read, or is not this function's
   */
  public static FunctionCode of(Path file) {
    try {
      try (ZipFile jar = new ZipFile(file.toFile())) {
        if (jar.getEntry(ENTRY) == null) {
          throw new AdminException(
              "'" + file + "' is not the function's jar: it has no " + ENTRY + "; give --jar FILE");
        }
      }
      return new FunctionCode(file, Files.size(file), hash(file));
    } catch (IOException e) {
      throw new AdminException("the function's jar '" + file + "' cannot be read: " + e, e);
    }
  }

  private static String hash(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    try (var in = Files.newInputStream(file)) {
      byte[] chunk = new byte[CHUNK];
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        digest.update(chunk, 0, read);
      }
    }
    return Base64.getEncoder().encodeToString(digest.digest());
  }

  /** Returns whether it is small enough to be in a request. */
  boolean isDirect() {
    return bytes <= MAX_DIRECT;
  }

  /** Returns the key of its object in a bucket: other code has another one. */
  String objectKey() {
    return "fanout/" + HexFormat.of().formatHex(Base64.getDecoder().decode(sha256)) + ".jar";
  }
}
