package org.streamfanout.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Where in AWS letters are: objects below a prefix, or a queue. As the process itself. */
final class AwsLetters implements AutoCloseable {
  private static final String S3 = "s3://";
  private static final Pattern BUCKET = Pattern.compile("s3://([a-z0-9.-]{3,63})(?:/(.*))?");
  private static final Pattern QUEUE_URL =
      Pattern.compile("(https?://[^/?#@]+)((?:/[A-Za-z0-9_-]+)*/[A-Za-z0-9_.-]+)");
  private static final Pattern REGION = Pattern.compile("//sqs(?:-fips)?\\.([a-z0-9-]+)\\.");

  private static final int TRIES = 5;
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final AwsClients clients;
  private final boolean local;

  AwsLetters(EngineOptions options) {
    String endpoint = options.endpointUrl();
    this.local = endpoint != null;
    this.clients =
        AwsClients.builder()
            .region(options.region())
            .endpoint(endpoint == null ? null : URI.create(endpoint))
            .build();
  }

  static boolean isBucket(String from) {
    return from.startsWith(S3);
  }

  static boolean isQueue(String from) {
    return from.startsWith("https://")
        || from.startsWith("http://")
        || Arn.parse(from).filter(arn -> arn.service().equals("sqs")).isPresent();
  }

  /** Adds what is wrong with a place in AWS. */
  static void addProblem(String from, List<String> problems) {
    if (isBucket(from) && !BUCKET.matcher(from).matches()) {
      problems.add("--from '" + from + "' is no s3://<bucket>/<prefix>");
    }
    if (isQueue(from) && !from.startsWith("arn:") && !QUEUE_URL.matcher(from).matches()) {
      problems.add("--from '" + from + "' is no queue's URL or ARN");
    }
  }

  /** Returns where the state of a replay from a bucket is if the operator does not say. */
  static Path state(String from, String target) {
    String place = from.substring(S3.length()).replaceAll("[^A-Za-z0-9_-]", "_");
    String digest = ReplayJournal.lineOf(Bytes.utf8(from + "\n" + target)).substring(0, 8);
    return Path.of(
        "replay-"
            + (place.length() > 100 ? place.substring(0, 100) : place)
            + "-"
            + digest
            + StoredFiles.STATE_SUFFIX);
  }

  private S3Client s3() {
    return clients.client(
        S3Client.class, () -> S3Client.builder().forcePathStyle(local), AwsAccess.DEFAULT);
  }

  /** Returns the letters of all objects below a prefix, in the order of their keys. */
  LetterSource bucket(String from, ReplayJournal journal) {
    Matcher matcher = BUCKET.matcher(from);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(from);
    }
    String bucket = matcher.group(1);
    String prefix = matcher.group(2) == null ? "" : matcher.group(2);
    S3Client client = s3();
    ListObjectsV2Request request =
        ListObjectsV2Request.builder().bucket(bucket).prefix(prefix).build();
    // The first page now: a bucket that is not there is a mistake in the command.
    call(
        "bucket '" + bucket + "'",
        () -> client.listObjectsV2(request.toBuilder().maxKeys(1).build()));
    Iterator<S3Object> objects = client.listObjectsV2Paginator(request).contents().iterator();
    Iterator<StoredLetters.Stored> stored =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return call("bucket '" + bucket + "'", objects::hasNext);
          }

          @Override
          public StoredLetters.Stored next() {
            return object(client, bucket, objects.next().key());
          }
        };
    return new StoredLetters(stored, journal, () -> Double.NaN, this::close);
  }

  private StoredLetters.Stored object(S3Client client, String bucket, String key) {
    return new StoredLetters.Stored() {
      @Override
      public String name() {
        return S3 + bucket + "/" + key;
      }

      @Override
      public InputStream open() throws IOException {
        return new BufferedInputStream(
            call(
                name(),
                () ->
                    client.getObject(
                        request -> request.bucket(bucket).key(key),
                        ResponseTransformer.toInputStream())),
            1 << 16);
      }
    };
  }

  /** Returns the bytes of an object that a message points at. */
  Bytes object(String bucket, String key) {
    return call(
        S3 + bucket + "/" + key,
        () ->
            Bytes.wrap(
                s3().getObjectAsBytes(request -> request.bucket(bucket).key(key)).asByteArray()));
  }

  /** Returns the letters of a queue. */
  LetterSource queue(String from, QueueLetters.Settings settings) {
    Arn arn = Arn.parse(from).orElse(null);
    SqsClient client;
    String url;
    if (arn != null) {
      client = sqs(new AwsAccess(arn.region(), null, null, null, null));
      url =
          call(
              from,
              () ->
                  client
                      .getQueueUrl(
                          request ->
                              request
                                  .queueName(arn.resource())
                                  .queueOwnerAWSAccountId(arn.account()))
                      .queueUrl());
    } else {
      Matcher matcher = QUEUE_URL.matcher(from);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(from);
      }
      Matcher region = REGION.matcher(from);
      client =
          sqs(
              new AwsAccess(
                  region.find() ? region.group(1) : null,
                  null,
                  null,
                  null,
                  URI.create(matcher.group(1))));
      url = from;
    }
    return new QueueLetters(client, url, settings, this);
  }

  private SqsClient sqs(AwsAccess access) {
    return clients.client(SqsClient.class, SqsClient::builder, access);
  }

  /**
   * Calls AWS, again for what is worth it.
   *
   * @throws UnusableException if it fails for good
   */
  static <T> T call(String what, Supplier<T> call) {
    long pause = PAUSE.toNanos();
    for (int tried = 1; ; tried++) {
      try {
        return call.get();
      } catch (SdkException e) {
        Failure failure = AwsFailures.classify(e);
        boolean again =
            failure.kind() == Failure.Kind.RETRYABLE || failure.kind() == Failure.Kind.THROTTLED;
        if (!again || tried == TRIES || !paused(pause)) {
          throw UnusableException.underWay(
              List.of(what + " cannot be reached: " + failure.code() + ", " + failure.detail()));
        }
        pause *= 2;
      }
    }
  }

  private static boolean paused(long nanos) {
    try {
      RateLimit.park(nanos);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    clients.close();
  }
}
