package org.streamfanout.provider.http;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TargetProviderKit;
import org.streamfanout.testkit.Trouble;

@Timeout(300)
class HttpTargetProviderKitTest extends TargetProviderKit {
  @Override
  protected TargetProvider provider() {
    return new HttpTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return new HttpReceiver();
  }

  @Override
  protected boolean failsEntries() {
    return false;
  }

  /** A 401 does not say whether a secret is old or wrong. */
  @Override
  protected Set<Trouble> troubles() {
    return EnumSet.complementOf(EnumSet.of(Trouble.EXPIRED_CREDENTIALS));
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "http", "https://evil.example/in")
                .options(
                    Map.of(
                        "contentType", "text",
                        "auth", "basic",
                        "secret", "not a name",
                        "maxBytes", "0"))
                .build(),
            List.of("evil.example", "contentType", "basic", "no name", "maxBytes")),
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "http", "evil")
                .options(Map.of("auth", "hmac"))
                .build(),
            List.of("not a URL", "'secret' is missing")));
  }
}
