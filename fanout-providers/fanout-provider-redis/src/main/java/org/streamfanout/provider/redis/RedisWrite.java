package org.streamfanout.provider.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Message;

/**
 * How a target writes a message: one command for each.
 *
 * @param kind which command
 * @param key of what key, stream, list or channel
 * @param expirySeconds for {@code SET}; 0 for none
 * @param maxLength about how many entries a stream keeps; 0 for all
 */
record RedisWrite(Kind kind, KeyTemplate key, long expirySeconds, long maxLength) {
  /** What the option {@code command} may say. */
  enum Kind {
    SET,
    STREAM,
    LIST,
    PUBLISH;

    String option() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The names of a stream entry's fields. */
  private static final String FIELD_DATA = "data";

  private static final String FIELD_KEY = "key";
  private static final String FIELD_ID = "id";
  private static final int ID_LENGTH = 64;

  /** What a command has besides keys, values and a stream entry's id, rounded up. */
  private static final int OVERHEAD = 128;

  AsyncCommand<byte[], byte[], ?> command(Message message) {
    byte[] target = key.apply(message);
    CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    if (kind == Kind.PUBLISH) {
      // A channel is no key: it has no slot.
      arguments.add(target).addValue(message.body().toByteArray());
      return command(CommandType.PUBLISH, integer(), arguments);
    }
    arguments.addKey(target);
    if (kind == Kind.SET && message.isTombstone()) {
      return command(CommandType.DEL, integer(), arguments);
    }
    byte[] body = message.body().toByteArray();
    if (kind == Kind.LIST) {
      return command(CommandType.RPUSH, integer(), arguments.addValue(body));
    }
    if (kind == Kind.STREAM) {
      if (maxLength > 0) {
        arguments.add("MAXLEN").add("~").add(maxLength);
      }
      arguments.add("*").add(FIELD_DATA).addValue(body);
      arguments.add(FIELD_KEY).addValue(KeyTemplate.keyOf(message).toByteArray());
      arguments.add(FIELD_ID).add(message.id());
      return command(CommandType.XADD, new ValueOutput<>(ByteArrayCodec.INSTANCE), arguments);
    }
    arguments.addValue(body);
    if (expirySeconds > 0) {
      arguments.add("EX").add(expirySeconds);
    }
    return command(CommandType.SET, new StatusOutput<>(ByteArrayCodec.INSTANCE), arguments);
  }

  private static IntegerOutput<byte[], byte[]> integer() {
    return new IntegerOutput<>(ByteArrayCodec.INSTANCE);
  }

  private static <T> AsyncCommand<byte[], byte[], T> command(
      CommandType type,
      CommandOutput<byte[], byte[], T> output,
      CommandArgs<byte[], byte[]> arguments) {
    return new AsyncCommand<>(new Command<>(type, output, arguments));
  }

  long sizeInBytes(Message message) {
    long size = (long) OVERHEAD + key.length(message) + message.bodyLength();
    return kind == Kind.STREAM ? size + ID_LENGTH + KeyTemplate.keyOf(message).length() : size;
  }

  /**
   * Returns the key that a {@code SET} or {@code DEL} replaces, a character for each byte. What
   * only appends replaces nothing, and may go out in one batch.
   */
  @Nullable String conflictKey(Message message) {
    return kind == Kind.SET ? new String(key.apply(message), StandardCharsets.ISO_8859_1) : null;
  }
}
