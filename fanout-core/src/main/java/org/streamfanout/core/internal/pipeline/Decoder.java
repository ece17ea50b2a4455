package org.streamfanout.core.internal.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.streamfanout.core.dynamodb.DynamoDbConverter;
import org.streamfanout.core.dynamodb.DynamoDbFormatException;
import org.streamfanout.core.kpl.Deaggregated;
import org.streamfanout.core.kpl.KplDeaggregator;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

/** From a source record to the records that targets of equal options get. Pure and thread-safe. */
final class Decoder {
  /** The code of a table change whose attributes cannot be written in the form asked for. */
  static final String BAD_CHANGE = "DynamoDbBadValue";

  private Decoder() {}

  /**
   * Decodes a record; what cannot be decoded is rejected by name, never thrown. A table change that
   * comes with data is converted already.
   */
  static Decoded decode(Source.Type type, FanoutRecord record, DecodeOptions options) {
    TableChange change = record.change();
    if (change != null && record.data() == null) {
      return convert(record, change, options);
    }
    if (options.deaggregate() && type == Source.Type.KINESIS) {
      Deaggregated parts = KplDeaggregator.deaggregate(record);
      return new Decoded(
          options.appendNewlines()
              ? appendNewlines(parts.records(), parts.rejections())
              : parts.records(),
          parts.rejections());
    }
    return Decoded.of(options.appendNewlines() ? appendNewline(record) : record);
  }

  private static Decoded convert(FanoutRecord record, TableChange change, DecodeOptions options) {
    try {
      Bytes json =
          options.wholeChange()
              ? DynamoDbConverter.wholeChange(change, record.sequenceNumber(), options.convertDdb())
              : DynamoDbConverter.image(change, options.convertDdb());
      FanoutRecord converted = record.converted(json);
      return Decoded.of(options.appendNewlines() ? appendNewline(converted) : converted);
    } catch (DynamoDbFormatException e) {
      return new Decoded(
          List.of(record), Map.of(0, Failure.rejected(BAD_CHANGE, String.valueOf(e.getMessage()))));
    }
  }

  private static List<FanoutRecord> appendNewlines(
      List<FanoutRecord> records, Map<Integer, Failure> rejections) {
    List<FanoutRecord> lines = new ArrayList<>(records.size());
    for (int index = 0; index < records.size(); index++) {
      FanoutRecord record = records.get(index);
      lines.add(rejections.containsKey(index) ? record : appendNewline(record));
    }
    return lines;
  }

  private static FanoutRecord appendNewline(FanoutRecord record) {
    Bytes data = record.data();
    if (data == null) {
      return record;
    }
    byte[] line = new byte[data.length() + 1];
    data.copyTo(line, 0);
    line[data.length()] = '\n';
    return record.converted(Bytes.wrap(line));
  }
}
