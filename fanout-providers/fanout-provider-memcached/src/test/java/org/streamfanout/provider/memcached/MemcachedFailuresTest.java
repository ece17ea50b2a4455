package org.streamfanout.provider.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import com.spotify.folsom.MemcacheStatus;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Outcome;

class MemcachedFailuresTest {
  @Test
  void ofStatus_write_isAcceptedForOkAndNothingElse() {
    for (MemcacheStatus status : EnumSet.complementOf(EnumSet.of(MemcacheStatus.OK))) {
      assertThat(MemcachedFailures.ofStatus(status, false))
          .as(status.name())
          .isInstanceOf(Outcome.Failed.class);
    }
    assertThat(MemcachedFailures.ofStatus(MemcacheStatus.OK, false)).isEqualTo(Outcome.accepted());
  }

  @Test
  void ofStatus_deletionOfWhatIsNotThere_isAccepted() {
    assertThat(MemcachedFailures.ofStatus(MemcacheStatus.KEY_NOT_FOUND, true))
        .isEqualTo(Outcome.accepted());
  }
}
