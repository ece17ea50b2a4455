package org.streamfanout.testservers;

import java.util.Locale;

/** The public images of the servers; the system property {@code fanout.image.<name>} wins. */
enum ServerImage {
  REDIS("redis:7-alpine"),
  MEMCACHED("memcached:1.6-alpine"),
  OPENSEARCH("opensearchproject/opensearch:2.19.1"),
  KAFKA("apache/kafka:4.1.0"),
  /** An emulator of SQS, SNS, Kinesis, DynamoDB and S3. */
  AWS("localstack/localstack:4");

  private final String standard;

  ServerImage(String standard) {
    this.standard = standard;
  }

  /** Returns the image's name, with a tag. */
  String reference() {
    return System.getProperty("fanout.image." + name().toLowerCase(Locale.ROOT), standard);
  }
}
