package org.streamfanout.provider.kafka;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a connection to a broker is protected: the option {@code security}. */
enum KafkaSecurity {
  TLS("tls", "SSL", "", ""),
  PLAINTEXT("plaintext", "PLAINTEXT", "", ""),
  SASL_SCRAM(
      "sasl_scram",
      "SASL_SSL",
      "SCRAM-SHA-512",
      "org.apache.kafka.common.security.scram.ScramLoginModule"),
  SASL_PLAIN(
      "sasl_plain", "SASL_SSL", "PLAIN", "org.apache.kafka.common.security.plain.PlainLoginModule");

  private final String option;
  private final String protocol;
  private final String mechanism;
  private final String loginModule;

  KafkaSecurity(String option, String protocol, String mechanism, String loginModule) {
    this.option = option;
    this.protocol = protocol;
    this.mechanism = mechanism;
    this.loginModule = loginModule;
  }

  static Optional<KafkaSecurity> of(String option) {
    return Arrays.stream(values()).filter(each -> each.option.equals(option)).findFirst();
  }

  /** Returns what the option may be. */
  static String options() {
    return Arrays.stream(values()).map(each -> each.option).collect(Collectors.joining(", "));
  }

  /** Returns whether a user and a password go with it. */
  boolean isSasl() {
    return !mechanism.isEmpty();
  }

  /** Returns the client's {@code security.protocol}. */
  String protocol() {
    return protocol;
  }

  /** Returns the client's {@code sasl.mechanism}; empty if there is none. */
  String mechanism() {
    return mechanism;
  }

  /** Returns the client's {@code sasl.jaas.config}. */
  String jaas(String user, String password) {
    return loginModule
        + " required username="
        + quoted(user)
        + " password="
        + quoted(password)
        + ";";
  }

  /** As {@link java.io.StreamTokenizer}, which reads the setting, takes quoted text back. */
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars()
        .forEach(
            character -> {
              if (character < ' ') {
                quoted.append(String.format("\\%03o", character));
              } else if (character == '"' || character == '\\') {
                quoted.append('\\').append((char) character);
              } else {
                quoted.append((char) character);
              }
            });
    return quoted.append('"').toString();
  }
}
