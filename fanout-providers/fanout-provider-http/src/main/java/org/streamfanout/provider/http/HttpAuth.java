package org.streamfanout.provider.http;

import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Message;

/** How a receiver knows who sends. Stateless. */
enum HttpAuth {
  /** It does not. */
  NONE("none") {
    @Override
    @Nullable Failure sign(
        HttpRequest.Builder request, Message message, @Nullable String secret, Clock clock) {
      return null;
    }
  },

  /** By a token, as <a href="https://www.rfc-editor.org/rfc/rfc6750">RFC 6750</a> has it. */
  BEARER("bearer") {
    @Override
    @Nullable Failure sign(
        HttpRequest.Builder request, Message message, @Nullable String secret, Clock clock) {
      if (secret == null) {
        return MISSING;
      }
      if (!TOKEN.matcher(secret).matches()) {
        return Failure.fatal(
            "BadSecret", "the secret is no bearer token; it must be one line of visible ASCII");
      }
      request.setHeader("Authorization", "Bearer " + secret);
      return null;
    }
  },

  /**
   * By a signature, as <a
   * href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">
   * Standard Webhooks</a> has it (as known 2026-11): HMAC-SHA256 over id, time and body. While a
   * secret is being replaced, the old and the new one may both be given, with a space between them,
   * and each signs.
   */
  HMAC("hmac") {
    @Override
    @Nullable Failure sign(
        HttpRequest.Builder request, Message message, @Nullable String secret, Clock clock) {
      if (secret == null || secret.isBlank()) {
        return MISSING;
      }
      String timestamp = Long.toString(clock.instant().getEpochSecond());
      List<String> signatures = new ArrayList<>();
      for (String each : secret.strip().split("\\s+")) {
        Optional<byte[]> key = key(each);
        if (key.isEmpty()) {
          return Failure.fatal("BadSecret", "what follows whsec_ in the secret is not base64");
        }
        signatures.add("v1," + signature(key.get(), message, timestamp));
      }
      request
          .setHeader("webhook-id", message.id())
          .setHeader("webhook-timestamp", timestamp)
          .setHeader("webhook-signature", String.join(" ", signatures));
      return null;
    }
  };

  private static final Failure MISSING =
      Failure.fatal(
          "NoSecret", "the secret that the target names is not set; set it in the settings");
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
  private static final String BASE64_PREFIX = "whsec_";
  private static final String ALGORITHM = "HmacSHA256";

  private final String option;

  HttpAuth(String option) {
    this.option = option;
  }

  /** Returns the kind that an option names, or nothing if there is none such. */
  static Optional<HttpAuth> of(String option) {
    return Arrays.stream(values()).filter(auth -> auth.option.equals(option)).findFirst();
  }

  /**
   * Adds what tells the sender to a request.
   *
   * @param secret null if it is not set
   * @return why that is not possible; null if it was done
   */
  abstract @Nullable Failure sign(
      HttpRequest.Builder request, Message message, @Nullable String secret, Clock clock);

  private static Optional<byte[]> key(String secret) {
    if (!secret.startsWith(BASE64_PREFIX)) {
      return Optional.of(secret.getBytes(StandardCharsets.UTF_8));
    }
    try {
      byte[] key = Base64.getDecoder().decode(secret.substring(BASE64_PREFIX.length()));
      return key.length == 0 ? Optional.empty() : Optional.of(key);
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  private static String signature(byte[] key, Message message, String timestamp) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      mac.update((message.id() + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
      Bytes body = message.body();
      mac.update(body.array(), body.offset(), body.length());
      return Base64.getEncoder().encodeToString(mac.doFinal());
    } catch (GeneralSecurityException error) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, error);
    }
  }
}
