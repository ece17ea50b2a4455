package org.streamfanout.testkit;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Destinations that someone who may write rows, but is not the operator, would try in order to make
 * a target reach a host of their choice. The same ones every time.
 */
final class HostileDestinations {
  private static final List<String> HOSTS =
      List.of(
          "169.254.169.254",
          "169.254.170.2",
          "[fd00:ec2::254]",
          "[::ffff:169.254.169.254]",
          "metadata.google.internal",
          "127.0.0.1",
          "localhost",
          "0.0.0.0",
          "[::1]",
          "2852039166",
          "0xa9fea9fe",
          "0251.0376.0251.0376",
          "127.1",
          "evil.example",
          "sqs.eu-west-1.amazonaws.com.evil.example",
          "evil.example.amazonaws.com.evil.example",
          "search-x.eu-west-1.es.amazonaws.com.evil.example",
          "search-x-eu-west-1-es-amazonaws-com.evil.example",
          "a.iot.eu-west-1.amazonaws.com.evil.example",
          "a.cache.amazonaws.com.evil.example",
          "xcache.amazonaws.com",
          "s3.amazonaws.com@evil.example",
          "user:password@evil.example",
          "evil.example\\@sqs.eu-west-1.amazonaws.com",
          "evil.example#@sqs.eu-west-1.amazonaws.com",
          "evil.example?x=.es.amazonaws.com",
          "evil.example/.es.amazonaws.com",
          "evil.example%2f.es.amazonaws.com",
          "evil.example%00.es.amazonaws.com",
          "evil.example\n.es.amazonaws.com",
          "evil.example\r\nHost: x",
          "sqs.eu-west-1.am\u0430zonaws.com",
          "sqs\u3002eu-west-1\u3002amazonaws\u3002com",
          "sqs.eu-west-1.amazonaws.com\u2025evil.example",
          "xn--mazonaws-1jg.com",
          "\uff11\uff12\uff17.0.0.1",
          "\u2460\u2461\u2466.0.0.1",
          "loc\u00adalhost",
          "search-x.eu-west-1.es.amazonaws.com ",
          " localhost",
          "a..cache.amazonaws.com",
          "-.cache.amazonaws.com",
          ".cache.amazonaws.com",
          "");
  private static final List<String> SCHEMES =
      List.of(
          "http://",
          "https://",
          "HTTP://",
          "file://",
          "file:/",
          "ftp://",
          "gopher://",
          "jar:http://",
          "ldap://",
          "redis://",
          "rediss://",
          "kafka://",
          "tcp://",
          "//",
          "\\\\",
          "http:/",
          "s3://x@",
          "javascript:",
          "data:",
          "arn:aws:",
          "unix:");
  private static final List<String> PORTS =
      List.of(":80", ":22", ":6379", ":11211", ":9200", ":0", ":-1", ":99999", ":80x", ":", ":8 0");
  private static final List<String> PATHS =
      List.of(
          "/latest/meta-data/iam/security-credentials/",
          "/123456789012/queue",
          "/../x",
          "#index",
          "#index/type",
          "#topic",
          "/topic",
          "?Action=SendMessage",
          "/@x",
          "");

  private HostileDestinations() {}

  /** Returns 10,000 of them; each has a scheme or a port, so that none is a plain name. */
  static Stream<String> all() {
    Random random = new Random(20_261_121);
    return Stream.generate(
            () -> {
              boolean withScheme = random.nextBoolean();
              return (withScheme ? pick(SCHEMES, random) : "")
                  + pick(HOSTS, random)
                  + (withScheme && random.nextBoolean() ? "" : pick(PORTS, random))
                  + pick(PATHS, random);
            })
        .limit(10_000);
  }

  private static String pick(List<String> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }
}
