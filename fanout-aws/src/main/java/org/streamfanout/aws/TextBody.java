package org.streamfanout.aws;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;

/**
 * Bodies of the services that take text only: the characters of XML 1.0 in UTF-8, as <a
 * href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html">
 * SendMessage</a> lists them (as known 2026-11). Stateless.
 */
public final class TextBody {
  /** Why a body that is not such text is refused. */
  public static final Failure NOT_TEXT =
      Failure.rejected(
          "NotText",
          "the body is not text that XML 1.0 can carry; use collapse concat-b64 for binary data");

  /** Why a body without a character is refused. */
  public static final Failure EMPTY =
      Failure.rejected("EmptyBody", "the body is empty, which this service does not take");

  private TextBody() {}

  /** Returns the text that bytes are, unaltered, or nothing if they are no such text. */
  public static Optional<String> of(Bytes body) {
    return utf8(body).filter(TextBody::isLegal);
  }

  /** Returns the text that bytes are, unaltered, or nothing if they are not UTF-8. */
  public static Optional<String> utf8(Bytes body) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(body.array(), body.offset(), body.length()))
              .toString());
    } catch (CharacterCodingException notText) {
      return Optional.empty();
    }
  }

  /** Returns whether a text has only characters that XML 1.0 can carry, and no half of a pair. */
  static boolean isLegal(String text) {
    for (int index = 0; index < text.length(); index++) {
      char character = text.charAt(index);
      boolean isControl =
          character < 0x20 && character != '\t' && character != '\n' && character != '\r';
      if (isControl || character > 0xFFFD || isLoneSurrogate(text, index)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLoneSurrogate(String text, int index) {
    char character = text.charAt(index);
    if (Character.isHighSurrogate(character)) {
      return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
    }
    return Character.isLowSurrogate(character)
        && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
  }
}
