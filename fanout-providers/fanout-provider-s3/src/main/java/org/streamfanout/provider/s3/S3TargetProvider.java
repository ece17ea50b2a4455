package org.streamfanout.provider.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** Delivers to S3, one object for each batch. Thread-safe. */
public final class S3TargetProvider implements TargetProvider {
  /**
   * 10,000 records and 16 MiB before compression: ours, so that an object fits into memory a few
   * times. S3 itself takes 5 GB in one call, as <a
   * href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html">the page on
   * uploads</a> says (as known 2026-11).
   */
  public static final Limits LIMITS = Limits.of(10_000, 16_777_216, 16_777_216);

  /** Makes the provider. */
  public S3TargetProvider() {}

  @Override
  public String type() {
    return "s3";
  }

  @Override
  public Description describe() {
    return AwsDestinations.accessOptions(
            Description.builder("An S3 bucket; each batch becomes one object."))
        .destination(
            S3Location.SYNTAX
                + ". Buckets of general purpose, by their own names. The region is the row's"
                + " column, else the host's; it must be the bucket's.")
        .example("s3://orders-archive/raw")
        .ordering(
            "Records keep their order within an object, and an object is there whole or not at"
                + " all. Runs of one key or shard go out in one call, so KEY, BATCH and SHARD cost"
                + " little. Names with {first} sort like the records where positions do.")
        .duplicates(
            "A batch sent twice writes one object under one name, as the name depends on the"
                + " messages in it. Records that are sent again in another batch are there twice."
                + " Where a source does not say when records arrived, {yyyy}, {MM}, {dd} and {HH}"
                + " are of the moment of the attempt, and an attempt in the next hour writes a"
                + " second object: leave them out there.")
        .limits(
            "10,000 records and 16 MiB before compression are ours; S3 takes 5 GB in one call"
                + " (https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html, as"
                + " known 2026-11). Not asked of the destination.")
        .retried(
            "5xx, timeouts, lost connections, expired credentials, conflicts with another write of"
                + " the name. SlowDown throttles.")
        .rejected(
            "With format=lines, a record that is not one JSON value; a record without data. A"
                + " denial, a missing bucket, and a bucket of another region stop the target.")
        .option(
            "format",
            "lines, raw",
            "lines",
            "Each record, which must be JSON, as a line (line breaks between its tokens become"
                + " blanks); or the records' bytes one after the other, with nothing between them:"
                + " the column appendNewlines makes lines of text.")
        .option("compression", "none, gzip, zstd", "none", "How an object is compressed.")
        .option(
            "key",
            "a template",
            KeyTemplate.STANDARD + "-{id}",
            "The object's name below the prefix: "
                + KeyTemplate.SYNTAX
                + ". Time is the first record's arrival in UTC; {source} and {shard} are names;"
                + " {first} and {last} are positions; {id} is made of the messages' ids, and is"
                + " added at the end where it is left out. An extension such as .jsonl.gz"
                + " follows.")
        .option(
            "ifNoneMatch",
            "true, false",
            "false",
            "Whether an object that is there already is left as it is, with a conditional write.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS).callOrder(CallOrder.PREFIX).build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    List<String> problems =
        AwsDestinations.accessProblems(target, null, permissions(target), context);
    Optional<S3Location> location = S3Location.parse(target.destination());
    if (location.isEmpty()) {
      problems.add(
          "destination '" + target.destination() + "' is not a bucket; write " + S3Location.SYNTAX);
    }
    S3Options.parse(target, location.map(S3Location::prefix).orElse(""), problems);
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  /**
   * What the bucket asks for. One that encrypts with a key of KMS needs {@code kms:GenerateDataKey}
   * on that key as well, which no destination tells.
   */
  @Override
  public List<Permission> permissions(TargetConfig target) {
    List<Permission> permissions = new ArrayList<>(AwsDestinations.permissions(target, null));
    S3Location.parse(target.destination())
        .ifPresent(
            location -> {
              String bucket = location.arn(target.region());
              permissions.add(
                  new Permission("s3:PutObject", bucket + "/" + location.prefix() + "*"));
              permissions.add(new Permission("s3:ListBucket", bucket));
            });
    return permissions;
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    S3Location location =
        S3Location.parse(target.destination())
            .orElseThrow(
                () ->
                    new InvalidTargetException(
                        List.of("destination '" + target.destination() + "' is not a bucket")));
    S3Options options = S3Options.parse(target, location.prefix(), new ArrayList<>());
    return new S3Sender(
        target, location, options, AwsAccess.of(target, null, permissions(target)), context);
  }
}
