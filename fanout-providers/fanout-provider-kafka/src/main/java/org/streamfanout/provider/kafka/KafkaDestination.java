package org.streamfanout.provider.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.ProviderContext;

/**
 * A topic and the brokers through which its cluster is found.
 *
 * @param brokers never empty, in the order given
 * @param topic the topic's name
 */
record KafkaDestination(List<HostPort> brokers, String topic) {
  static final String SYNTAX = "<host>:<port>[,<host>:<port>...]/<topic>";

  /**
   * As Kafka checks names in {@code org.apache.kafka.common.internals.Topic} (4.3.1, checked
   * 2026-11).
   */
  private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}");

  /**
   * Brokers of Amazon MSK, provisioned and serverless, in every partition of AWS: <a
   * href="https://docs.aws.amazon.com/msk/latest/developerguide/msk-get-bootstrap-brokers.html">how
   * they are named</a>, as known 2026-11.
   */
  private static final Pattern MSK =
      Pattern.compile(
          "(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.){2,6}kafka(?:-serverless)?\\.(?:"
              + "(?:(?:us|eu|ap|sa|ca|me|af|il|mx)-(?!iso)[a-z]+|us-gov-[a-z]+)-\\d{1,2}"
              + "\\.amazonaws\\.com"
              + "|cn-[a-z]+-\\d{1,2}\\.amazonaws\\.com\\.cn"
              + "|us-iso-[a-z]+-\\d{1,2}\\.c2s\\.ic\\.gov"
              + "|us-isob-[a-z]+-\\d{1,2}\\.sc2s\\.sgov\\.gov"
              + "|eu-isoe-[a-z]+-\\d{1,2}\\.cloud\\.adc-e\\.uk"
              + "|us-isof-[a-z]+-\\d{1,2}\\.csp\\.hci\\.ic\\.gov"
              + "|eusc-[a-z]{2}-[a-z]+-\\d{1,2}\\.amazonaws\\.eu)");

  KafkaDestination {
    brokers = List.copyOf(brokers);
  }

  /** Reads a destination; empty if it is anything else. */
  static Optional<KafkaDestination> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !TOPIC.matcher(text.substring(slash + 1)).matches()) {
      return Optional.empty();
    }
    List<HostPort> brokers = new ArrayList<>();
    for (String broker : text.substring(0, slash).split(",", -1)) {
      Optional<HostPort> hostPort = HostPort.parse(broker);
      if (hostPort.isEmpty()) {
        return Optional.empty();
      }
      brokers.add(hostPort.get());
    }
    return Optional.of(new KafkaDestination(brokers, text.substring(slash + 1)));
  }

  /** Returns whether a broker is one of MSK's, or allowed by the operator. */
  static boolean isAllowed(HostPort broker, ProviderContext context) {
    return MSK.matcher(broker.host()).matches() || context.allows(broker);
  }

  /** Returns the brokers as the client's setting has them. */
  String bootstrapServers() {
    return brokers.stream().map(HostPort::toString).collect(Collectors.joining(","));
  }
}
