package org.streamfanout.core.internal.pipeline;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.streamfanout.spi.FanoutRecord;

/**
 * Who the outputs of a batch transform are. An output's id is that of its record, a slash, and a
 * digest over the place of every record that it came from and its ordinal among the outputs of the
 * same records. So outputs of one batch never share an id, and the same records give the same ids
 * in whichever batch they come.
 */
final class OutputIds {
  /** Half of SHA-256: ids are part of documents' and items' names, whose length is limited. */
  private static final int DIGEST_BYTES = 16;

  private OutputIds() {}

  /** Returns a record like this one, by the id of an output. */
  static FanoutRecord identified(FanoutRecord record, List<FanoutRecord> madeOf, int ordinal) {
    return FanoutRecord.builder(
            record.id() + "/" + digest(madeOf, ordinal), record.sequenceNumber())
        .shard(record.shard())
        .part(record.part())
        .key(record.key())
        .keyBytes(record.keyBytes())
        .explicitHashKey(record.explicitHashKey())
        .data(record.data())
        .change(record.change())
        .arrivedAt(record.arrivedAt())
        .headers(record.headers())
        .envelope(record.envelope())
        .build();
  }

  private static String digest(List<FanoutRecord> madeOf, int ordinal) {
    MessageDigest digest = MessageIds.sha256();
    for (FanoutRecord each : madeOf) {
      MessageIds.updatePlace(digest, each);
    }
    MessageIds.updateInt(digest, ordinal);
    return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
  }
}
