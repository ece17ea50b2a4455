package org.streamfanout.provider.s3;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.aws.EntryOutcomes;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Writes to one bucket, an object for each batch. Thread-safe. */
final class S3Sender implements TargetSender {
  private static final String SERVICE = "S3";
  private static final int PRECONDITION_FAILED = 412;
  private static final Failure NOT_JSON =
      Failure.rejected("NotJson", "the record is not one complete JSON value in UTF-8");
  private static final Failure NO_DATA =
      Failure.rejected("NoData", "a record without data cannot be written");
  private static final Failure NOT_SENT =
      Failure.notSent("an earlier record of its order was rejected");

  private final TargetConfig target;
  private final S3Location location;
  private final S3Options options;
  private final AwsAccess access;
  private final ProviderContext context;

  S3Sender(
      TargetConfig target,
      S3Location location,
      S3Options options,
      AwsAccess access,
      ProviderContext context) {
    this.target = target;
    this.location = location;
    this.options = options;
    this.access = access;
    this.context = context;
  }

  private S3Client client() {
    return S3Clients.client(access, context);
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) {
    List<Message> messages = batch.messages();
    EntryOutcomes outcomes = new EntryOutcomes(SERVICE, messages.size());
    List<Message> written = new ArrayList<>(messages.size());
    List<Bytes> entries = new ArrayList<>(messages.size());
    Set<Object> closedLanes = new HashSet<>();
    for (int place = 0; place < messages.size(); place++) {
      Message message = messages.get(place);
      if (closedLanes.contains(message.lane())) {
        outcomes.refuse(place, NOT_SENT);
        continue;
      }
      Optional<Bytes> entry =
          message.isTombstone() ? Optional.empty() : options.format().entry(message.body());
      if (entry.isEmpty()) {
        outcomes.refuse(place, message.isTombstone() ? NO_DATA : NOT_JSON);
        closedLanes.add(message.lane());
      } else {
        written.add(message);
        entries.add(entry.get());
      }
    }
    if (written.isEmpty()) {
      return outcomes.toList();
    }
    try {
      put(options.key().key(batch, written, context.clock().instant()), object(entries), deadline);
      for (int place = 0; place < messages.size(); place++) {
        outcomes.accept(place);
      }
    } catch (SdkException error) {
      outcomes.failOpen(error);
    }
    return outcomes.toList();
  }

  private void put(String name, byte[] object, Deadline deadline) {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(location.bucket())
            .key(location.prefix() + name)
            .contentType(options.format().contentType())
            .contentEncoding(options.compression().contentEncoding())
            .overrideConfiguration(AwsCalls.until(deadline));
    if (options.ifNoneMatch()) {
      request.ifNoneMatch("*");
    }
    try {
      client().putObject(request.build(), RequestBody.fromBytes(object));
    } catch (S3Exception error) {
      // The name says what is in it: an object of this name is this object.
      if (!options.ifNoneMatch() || error.statusCode() != PRECONDITION_FAILED) {
        throw error;
      }
    }
  }

  private byte[] object(List<Bytes> entries) {
    int overhead = options.format().overhead();
    int length = 0;
    for (Bytes entry : entries) {
      length += entry.length() + overhead;
    }
    byte[] content = new byte[length];
    int at = 0;
    for (Bytes entry : entries) {
      entry.copyTo(content, at);
      at += entry.length();
      if (overhead > 0) {
        content[at] = '\n';
        at += overhead;
      }
    }
    return options.compression().compress(content);
  }

  /** The record before compression, and the end of its line. */
  @Override
  public long sizeInBytes(Message message) {
    return (long) message.bodyLength() + options.format().overhead();
  }

  @Override
  public Failure classify(Exception error) {
    return AwsFailures.classify(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    return S3Clients.check(client(), location.bucket(), target.id(), deadline);
  }
}
