package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.internal.delivery.EngineContext;
import org.streamfanout.spi.ProviderContext;

class SecretsTest {
  @Test
  void environmentSecrets_nameInLowerCaseWithHyphens_isFound() {
    EnvironmentSecrets secrets =
        new EnvironmentSecrets(Map.of("FANOUT_SECRET_REDIS_MAIN", "s", "REDIS_MAIN", "other"));

    assertThat(secrets.apply("redis-main")).isEqualTo("s");
    assertThat(secrets.apply("REDIS_MAIN")).isEqualTo("s");
    assertThat(secrets.apply("main")).isNull();
  }

  @Test
  void secret_isTheSettingElseWhatKnowsSecretsNow() {
    Map<String, String> known = new HashMap<>(Map.of("a", "known", "b", "known"));
    try (EngineContext context =
        new EngineContext(
            Map.of(ProviderContext.SECRET_PREFIX + "a", "set"), known::get, Clock.systemUTC())) {
      assertThat(context.secret("a")).isEqualTo("set");
      assertThat(context.secret("b")).isEqualTo("known");
      assertThat(context.secret("c")).isNull();

      known.put("b", "renewed");

      assertThat(context.secret("b")).isEqualTo("renewed");
    }
  }
}
