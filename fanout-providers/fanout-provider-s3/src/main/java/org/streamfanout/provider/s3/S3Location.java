package org.streamfanout.provider.s3;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.spi.Arn;

/**
 * A bucket, and where in it objects go. Immutable.
 *
 * @param bucket the bucket's name
 * @param prefix what every key begins with, up to its last slash; empty for nothing
 */
record S3Location(String bucket, String prefix) {
  static final String SYNTAX =
      "s3://<bucket>[/<prefix>] or arn:<partition>:s3:::<bucket>[/<prefix>]";

  /**
   * Names of general purpose buckets, as <a
   * href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html">the rules
   * for bucket names</a> say (as known 2026-11).
   */
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]");

  private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");
  private static final Pattern RESERVED =
      Pattern.compile(
          "(?:xn--|sthree-|amzn-s3-demo-).*" + "|.*(?:-s3alias|--ol-s3|\\.mrap|--x-s3|--table-s3)");

  /** Parts of letters that need no escape anywhere; none of them is a step in a folder. */
  private static final Pattern PREFIX =
      Pattern.compile("(?:(?!\\.{1,2}(?:/|$))[A-Za-z0-9!_.*'()=-]{1,255}/)*");

  private static final Pattern TEXT = Pattern.compile("([^/]+)(?:/(.*))?");
  private static final String SCHEME = "s3://";

  /** Returns the bucket's ARN, in the partition of a region. */
  String arn(@Nullable String region) {
    return "arn:" + AwsDestinations.partitionOf(region) + ":s3:::" + bucket;
  }

  /** Reads a destination; nothing if it is none. */
  static Optional<S3Location> parse(String text) {
    if (text.startsWith(SCHEME)) {
      return resource(text.substring(SCHEME.length()));
    }
    return AwsDestinations.globalArn(text, "s3", TEXT)
        .map(Arn::resource)
        .flatMap(S3Location::resource);
  }

  private static Optional<S3Location> resource(String resource) {
    Matcher matcher = TEXT.matcher(resource);
    if (!matcher.matches() || !isBucket(matcher.group(1))) {
      return Optional.empty();
    }
    String given = matcher.group(2) == null ? "" : matcher.group(2);
    String prefix = given.isEmpty() || given.endsWith("/") ? given : given + "/";
    return PREFIX.matcher(prefix).matches()
        ? Optional.of(new S3Location(matcher.group(1), prefix))
        : Optional.empty();
  }

  private static boolean isBucket(String name) {
    return BUCKET.matcher(name).matches()
        && !name.contains("..")
        && !ADDRESS.matcher(name).matches()
        && !RESERVED.matcher(name).matches();
  }
}
