package org.streamfanout.progress.dynamodb;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetProgress;

/** The keys of items. The part whose length is not fixed in a key stands last, or is counted. */
final class Keys {
  private Keys() {}

  /** What a sort key names. */
  record Target(String id, String fingerprint) {}

  /** Returns the source's id, with how long it is, and the shard; without one there is no '#'. */
  static String partition(Source source, @Nullable String shard) {
    String id = source.id().length() + ":" + source.id();
    return shard == null ? id : id + "#" + shard;
  }

  /** Returns the fingerprint and the target's id. */
  static String of(TargetProgress progress) {
    if (progress.fingerprint().isEmpty() || progress.fingerprint().indexOf('#') >= 0) {
      throw new IllegalArgumentException("a fingerprint is letters and digits, at least one");
    }
    return progress.fingerprint() + "#" + progress.targetId();
  }

  static Target target(String key) throws IOException {
    int hash = key.indexOf('#');
    if (hash < 1) {
      throw new IOException("an item's " + DynamoDbProgressStore.TARGET + " names no target");
    }
    return new Target(key.substring(hash + 1), key.substring(0, hash));
  }
}
