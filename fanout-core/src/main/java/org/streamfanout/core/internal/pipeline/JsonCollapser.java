package org.streamfanout.core.internal.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/**
 * <code>{"Records":[a,b]}</code>, each record without the white space around it. Takes only
 * complete JSON documents, so that no record can reach into its neighbour.
 */
record JsonCollapser(boolean text) implements Collapser {
  private static final byte[] HEAD = "{\"Records\":[".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TAIL = "]}".getBytes(StandardCharsets.US_ASCII);

  @Override
  public @Nullable Failure check(FanoutRecord record) {
    Bytes data = Collapsers.dataOf(record);
    int problem = JsonDocument.firstProblem(data, text);
    return problem < 0
        ? null
        : Failure.rejected(
            "NotJson",
            "the record is not one complete JSON document in UTF-8 (see byte "
                + problem
                + " of "
                + data.length()
                + "); use collapse=none or concat for other records");
  }

  @Override
  public int contribution(FanoutRecord record) {
    return JsonDocument.trim(Collapsers.dataOf(record)).length();
  }

  @Override
  public long length(int records, long contributions) {
    return HEAD.length + contributions + Math.max(0, records - 1) + TAIL.length;
  }

  @Override
  public Bytes encode(List<FanoutRecord> records) {
    long contributions = 0;
    for (FanoutRecord record : records) {
      contributions += contribution(record);
    }
    byte[] body = Collapsers.array(length(records.size(), contributions), records);
    System.arraycopy(HEAD, 0, body, 0, HEAD.length);
    int at = HEAD.length;
    for (int index = 0; index < records.size(); index++) {
      if (index > 0) {
        body[at++] = ',';
      }
      Bytes document = JsonDocument.trim(Collapsers.dataOf(records.get(index)));
      document.copyTo(body, at);
      at += document.length();
    }
    System.arraycopy(TAIL, 0, body, at, TAIL.length);
    return Bytes.wrap(body);
  }
}
