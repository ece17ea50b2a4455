package org.streamfanout.provider.s3;

import java.util.Optional;
import org.streamfanout.aws.JsonLine;
import org.streamfanout.spi.Bytes;

/** How records become an object. */
enum ObjectFormat {
  /** Each record is JSON and becomes a line of its own. */
  LINES(".jsonl", "application/x-ndjson") {
    @Override
    Optional<Bytes> entry(Bytes body) {
      return JsonLine.ofValue(body);
    }

    @Override
    int overhead() {
      return 1;
    }
  },
  /** The records' bytes, one after the other. */
  RAW(".bin", "application/octet-stream") {
    @Override
    Optional<Bytes> entry(Bytes body) {
      return Optional.of(body);
    }

    @Override
    int overhead() {
      return 0;
    }
  };

  private final String extension;
  private final String contentType;

  ObjectFormat(String extension, String contentType) {
    this.extension = extension;
    this.contentType = contentType;
  }

  /** Returns a record as it goes into the object; nothing if the format cannot hold it. */
  abstract Optional<Bytes> entry(Bytes body);

  /** Returns how many bytes follow each record: a line feed, or nothing. */
  abstract int overhead();

  String extension() {
    return extension;
  }

  String contentType() {
    return contentType;
  }
}
