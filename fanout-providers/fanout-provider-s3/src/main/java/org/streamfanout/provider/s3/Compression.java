package org.streamfanout.provider.s3;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** How an object is compressed. The same bytes in one process always come out the same. */
enum Compression {
  NONE("", null) {
    @Override
    byte[] compress(byte[] content) {
      return content;
    }
  },
  GZIP(".gz", "gzip") {
    /** The header that Java writes has no time in it. */
    @Override
    byte[] compress(byte[] content) {
      ByteArrayOutputStream compressed = new ByteArrayOutputStream(content.length / 4 + 64);
      try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
        out.write(content);
      } catch (IOException impossible) {
        throw new UncheckedIOException("memory is no file", impossible);
      }
      return compressed.toByteArray();
    }
  },
  ZSTD(".zst", "zstd") {
    @Override
    byte[] compress(byte[] content) {
      return Zstd.compress(content);
    }
  };

  private final String extension;
  private final @Nullable String contentEncoding;

  Compression(String extension, @Nullable String contentEncoding) {
    this.extension = extension;
    this.contentEncoding = contentEncoding;
  }

  abstract byte[] compress(byte[] content);

  String extension() {
    return extension;
  }

  /** Returns the header's value; null for none. */
  @Nullable String contentEncoding() {
    return contentEncoding;
  }
}
