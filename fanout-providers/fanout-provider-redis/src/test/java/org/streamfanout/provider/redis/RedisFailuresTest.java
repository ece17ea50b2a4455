package org.streamfanout.provider.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import java.net.ConnectException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;

class RedisFailuresTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          OOM command not allowed when used memory > 'maxmemory'.    | THROTTLED | OOM
          BUSY Redis is busy running a script.                       | THROTTLED | BUSY
          ERR max number of clients reached                          | THROTTLED | MaxClients
          LOADING Redis is loading the dataset in memory             | RETRYABLE | LOADING
          TRYAGAIN Multiple keys request during rehashing of slot    | RETRYABLE | TRYAGAIN
          CLUSTERDOWN The cluster is down                            | RETRYABLE | CLUSTERDOWN
          MASTERDOWN Link with MASTER is down                        | RETRYABLE | MASTERDOWN
          READONLY You can't write against a read only replica.      | RETRYABLE | READONLY
          NOREPLICAS Not enough good replicas to write.              | RETRYABLE | NOREPLICAS
          MISCONF Redis is configured to save RDB snapshots          | RETRYABLE | MISCONF
          NOAUTH Authentication required.                            | FATAL     | NOAUTH
          WRONGPASS invalid username-password pair                   | FATAL     | WRONGPASS
          NOPERM this user has no permissions to run 'set'           | FATAL     | NOPERM
          MOVED 3999 127.0.0.1:6381                                  | FATAL     | MOVED
          ERR unknown command 'XADD', with args beginning with: 's'  | FATAL     | UnknownCommand
          ERR DB index is out of range                               | FATAL     | NoSuchDatabase
          WRONGTYPE Operation against a key holding the wrong kind   | REJECTED  | WRONGTYPE
          ERR string exceeds maximum allowed size (512MB)            | TOO_LARGE | StringTooLong
          ERR something new 'sesame'                                 | RETRYABLE | ERR
          SURPRISE                                                   | RETRYABLE | SURPRISE
          """)
  void of_errorReply_isToldByItsFirstWord(String reply, Kind kind, String code) {
    Failure failure =
        RedisFailures.of(
            new CompletionException(
                new RedisConnectionException("x", new RedisCommandExecutionException(reply))));

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.code()).isEqualTo(code);
  }

  @Test
  void of_errorReply_repeatsNoArgument() {
    assertThat(
            RedisFailures.of(
                    new RedisCommandExecutionException(
                        "ERR unknown command 'SET', with args beginning with: 'k' 'sesame'"))
                .toString())
        .doesNotContain("sesame");
    assertThat(RedisFailures.of(new RedisCommandExecutionException("ERR 'sesame'")).toString())
        .doesNotContain("sesame");
  }

  @Test
  void of_lostConnection_isRetryable() {
    assertThat(RedisFailures.of(new RedisConnectionException("x", new ConnectException("refused"))))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "ConnectionRefused");
    assertThat(RedisFailures.of(new RedisConnectionException("secret")).toString())
        .doesNotContain("secret");
  }

  @Test
  void of_hostThatTheServerNames_isFatalAndCutToWhatIsPrintable() {
    Failure failure = RedisFailures.of(new HostNotCoveredException("evil\r\n" + "x".repeat(200)));

    assertThat(failure.kind()).isEqualTo(Kind.FATAL);
    assertThat(failure.detail()).contains("evil??xx").doesNotContain("x".repeat(101));
  }
}
