package org.streamfanout.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Date;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;

/** Reads where a stream is to be read from: {@code oldest}, {@code latest}, or a time. */
final class StartConverter implements ITypeConverter<InitialPositionInStreamExtended> {
  static final InitialPositionInStreamExtended OLDEST =
      InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);

  @Override
  public InitialPositionInStreamExtended convert(String value) {
    if (value.equals("oldest")) {
      return OLDEST;
    }
    if (value.equals("latest")) {
      return InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.LATEST);
    }
    try {
      return InitialPositionInStreamExtended.newInitialPositionAtTimestamp(
          Date.from(Instant.parse(value)));
    } catch (DateTimeParseException e) {
      throw new TypeConversionException(
          "'" + value + "' is neither oldest, latest nor a time such as 2026-11-01T12:00:00Z");
    }
  }
}
