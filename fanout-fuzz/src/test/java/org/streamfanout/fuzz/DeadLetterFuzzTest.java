package org.streamfanout.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.core.deadletter.DeadLetterFormatException;
import org.streamfanout.spi.Bytes;

/** Dead letters: what is read is written as what is read again as the same. */
class DeadLetterFuzzTest {
  @FuzzTest
  void parse_anyBytes_areALetterOrAnError(byte[] json) {
    DeadLetter letter;
    try {
      letter = DeadLetter.parse(Bytes.wrap(json));
    } catch (DeadLetterFormatException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    Bytes written = letter.toJson();
    assertThat(DeadLetter.parse(written).toJson()).isEqualTo(written);
    assertThat(letter.toJsonWithoutPayload().length()).isLessThanOrEqualTo(written.length());
  }
}
