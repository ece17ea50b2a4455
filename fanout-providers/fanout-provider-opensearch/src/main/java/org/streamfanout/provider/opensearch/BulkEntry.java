package org.streamfanout.provider.opensearch;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Message;

/**
 * One action of a bulk call, as it goes over the wire. Immutable.
 *
 * @param place the message's in its batch
 * @param id the document's id; null if OpenSearch is to make one up
 * @param head the action's line, and what stands before the document
 * @param document the document on one line; null for a deletion
 * @param tail what stands after the document
 */
record BulkEntry(
    int place, @Nullable String id, byte[] head, @Nullable Bytes document, byte[] tail) {
  private static final byte[] END = {'\n'};
  private static final byte[] NOTHING = {};
  private static final byte[] UPDATE_HEAD = ascii("{\"doc\":");
  private static final byte[] UPDATE_TAIL = ascii(",\"doc_as_upsert\":true}\n");

  /** Every byte of an id may become an escape such as {@code \\u0001}. */
  private static final int LONGEST_ESCAPED_ID = 6 * DocumentId.LONGEST;

  /** Makes the action that takes a document in. */
  static BulkEntry of(
      int place, @Nullable String id, Bytes document, OpenSearchOptions.Action action) {
    return switch (action) {
      case INDEX -> new BulkEntry(place, id, line("index", id), document, END);
      case CREATE -> new BulkEntry(place, id, line("create", id), document, END);
      case UPDATE ->
          new BulkEntry(place, id, joined(line("update", id), UPDATE_HEAD), document, UPDATE_TAIL);
    };
  }

  /** Makes the action that deletes a document. */
  static BulkEntry deletion(int place, String id) {
    return new BulkEntry(place, id, line("delete", id), null, NOTHING);
  }

  /** Returns whether the document goes. */
  boolean isDeletion() {
    return document == null;
  }

  private static byte[] line(String action, @Nullable String id) {
    String of = id == null ? "" : "\"_id\":\"" + escaped(id) + "\"";
    return ("{\"" + action + "\":{" + of + "}}\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String escaped(String id) {
    return new String(JsonStringEncoder.getInstance().quoteAsString(id));
  }

  /**
   * Returns how many bytes a message takes in a call, or, where its id is in the document, at most
   * takes: the document is not read for that.
   */
  static long size(Message message, OpenSearchOptions options) {
    DocumentId ids = options.id();
    if (message.isTombstone()) {
      String id = ids.isShared() ? ids.of(message, Bytes.EMPTY) : null;
      return id == null ? END.length : line("delete", id).length;
    }
    long id =
        ids.origin() == DocumentId.Origin.FIELD
            ? line(options.action().name(), "").length + LONGEST_ESCAPED_ID
            : line(options.action().name(), ids.of(message, Bytes.EMPTY)).length;
    boolean isUpdate = options.action() == OpenSearchOptions.Action.UPDATE;
    int around = isUpdate ? UPDATE_HEAD.length + UPDATE_TAIL.length : END.length;
    return id + around + message.bodyLength();
  }

  /** Returns the body of a call. */
  static Bytes body(List<BulkEntry> entries) {
    int length = 0;
    for (BulkEntry entry : entries) {
      Bytes document = entry.document();
      length += entry.head().length + entry.tail().length;
      length += document == null ? 0 : document.length();
    }
    byte[] body = new byte[length];
    int at = 0;
    for (BulkEntry entry : entries) {
      at = copy(Bytes.wrap(entry.head()), body, at);
      Bytes document = entry.document();
      at = document == null ? at : copy(document, body, at);
      at = copy(Bytes.wrap(entry.tail()), body, at);
    }
    return Bytes.wrap(body);
  }

  private static int copy(Bytes from, byte[] to, int at) {
    from.copyTo(to, at);
    return at + from.length();
  }

  private static byte[] joined(byte[] first, byte[] second) {
    ByteArrayOutputStream both = new ByteArrayOutputStream(first.length + second.length);
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
