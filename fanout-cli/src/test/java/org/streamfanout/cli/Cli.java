package org.streamfanout.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;

/** Runs the command line within the test, and makes events for it. */
final class Cli {
  static final String STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/s";

  /** What a run left behind. */
  record Ran(int exitCode, String out, String errors) {}

  private Cli() {}

  static Ran run(String... arguments) {
    return runOn("", arguments);
  }

  static Ran runOn(String input, String... arguments) {
    InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int exitCode =
        Main.run(
            in,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(errors, true, StandardCharsets.UTF_8),
            arguments);
    return new Ran(
        exitCode, out.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
  }

  /** Returns a Kinesis event on one line; each record is {@code shard:sequenceNumber:data}. */
  static String event(String stream, String... records) {
    return Arrays.stream(records)
        .map(record -> record(stream, record.split(":", 3)))
        .collect(Collectors.joining(",", "{\"Records\":[", "]}"));
  }

  private static String record(String stream, String[] parts) {
    return """
        {"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"k","sequenceNumber":"%2$s",\
        "data":"%3$s","approximateArrivalTimestamp":1545084650.987},"eventSource":"aws:kinesis",\
        "eventVersion":"1.0","eventID":"%1$s:%2$s","eventName":"aws:kinesis:record",\
        "invokeIdentityArn":"arn:aws:iam::123456789012:role/r","awsRegion":"us-east-1",\
        "eventSourceARN":"%4$s"}"""
        .formatted(
            parts[0],
            parts[1],
            Base64.getEncoder().encodeToString(parts[2].getBytes(StandardCharsets.UTF_8)),
            stream);
  }

  /** Returns a row; what follows the destination is added as it is, quotes written as '. */
  static String row(String id, String type, String destination, String more) {
    return ("{'sourceArn':'"
            + STREAM
            + "','id':'"
            + id
            + "','type':'"
            + type
            + "','destination':'"
            + destination.replace('\\', '/')
            + "','active':true"
            + (more.isEmpty() ? "" : "," + more)
            + "}")
        .replace('\'', '"');
  }
}
