package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.testkit.TestContext;

/** Destinations that try to point a client at a host which nobody allowed. */
class HostileDestinationProperties {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,128}");
  private static final String GOOD = "https://sqs.eu-west-1.amazonaws.com/111122223333/q";
  private final TestContext plain = new TestContext();
  private final TestContext allowing =
      new TestContext().set(ProviderContext.ALLOWED_HOSTS, "queues.internal:8080");

  @Provide
  Arbitrary<String> foreignUrls() {
    Arbitrary<String> schemes =
        Arbitraries.of("https", "http", "file", "ftp", "gopher", "jar:http", "HTTPS", "");
    Arbitrary<String> users = Arbitraries.of("", "", "sqs.eu-west-1.amazonaws.com@", "u:p@", "@");
    Arbitrary<String> hosts =
        Arbitraries.of(
            "evil.example",
            "sqs.eu-west-1.amazonaws.com.evil.example",
            "sqs.eu-west-1.amazonaws.com.",
            "sqs-eu-west-1.amazonaws.com.evil",
            "amazonaws.com",
            "evil.amazonaws.com.example",
            "xsqs.eu-west-1.amazonaws.com",
            "sqs.eu-west-1.evilamazonaws.com",
            "sqs.eu-west-1.amazonaws.com%2e",
            "sqs.eu-west-1.amazonaws\u3002com",
            "\uff53qs.eu-west-1.amazonaws.com",
            "xn--sqs-.eu-west-1.amazonaws.com",
            "127.0.0.1",
            "0x7f000001",
            "2130706433",
            "[::1]",
            "[::ffff:169.254.169.254]",
            "169.254.169.254",
            "localhost",
            "queues.internal",
            "queues.internal.",
            "queues.internal:8081",
            "queues.internal:8080@evil.example",
            "evil.example#queues.internal:8080",
            "evil.example\\queues.internal:8080",
            "evil.example?queues.internal:8080");
    Arbitrary<String> ports = Arbitraries.of("", ":443", ":80", ":22", ":0", ":65536", ":-1", ":");
    Arbitrary<String> paths =
        Arbitraries.of(
            "/111122223333/q",
            "/111122223333/q.fifo",
            "/q",
            "//sqs.eu-west-1.amazonaws.com/111122223333/q",
            "/@sqs.eu-west-1.amazonaws.com/111122223333/q",
            "/%2e%2e/q",
            "");
    return net.jqwik.api.Combinators.combine(schemes, users, hosts, ports, paths)
        .as((scheme, user, host, port, path) -> scheme + "://" + user + host + port + path);
  }

  @Property(tries = 10_000)
  void url_onAForeignHost_isNeverADestination(@ForAll("foreignUrls") String url) {
    assertThat(SqsQueue.parse(url, plain)).isEmpty();
    assertThat(SqsQueue.parse(url, allowing)).isEmpty();
  }

  /** One character of a good URL is replaced, inserted or removed. */
  @Property(tries = 10_000)
  void url_withOneCharacterChanged_staysOnAwsOrIsNone(
      @ForAll int place, @ForAll char character, @ForAll boolean replaces) {
    int at = Math.floorMod(place, GOOD.length());
    String url = GOOD.substring(0, at) + character + GOOD.substring(replaces ? at + 1 : at);

    SqsQueue.parse(url, plain)
        .ifPresent(
            queue ->
                assertThat(queue.url())
                    .isEqualTo(url)
                    .matches(
                        "https://(sqs\\.|sqs-fips\\.)[a-z]{2}-[a-z]+-[0-9]{1,2}\\.amazonaws\\.com"
                            + "/[0-9]{12}/[A-Za-z0-9_-]+"));
  }

  @Property(tries = 10_000)
  void text_ofAnyKind_isNoQueueNorArn(@ForAll String text) {
    assertThat(SqsQueue.parse(text, allowing)).isEmpty();
    assertThat(AwsDestinations.arn(text, "sns", "", NAME)).isEmpty();
    assertThat(AwsDestinations.nameOrArn(text, "kinesis", "stream/", NAME).isPresent())
        .isEqualTo(NAME.matcher(text).matches());
  }
}
