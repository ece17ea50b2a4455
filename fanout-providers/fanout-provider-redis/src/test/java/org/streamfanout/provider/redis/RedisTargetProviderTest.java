package org.streamfanout.provider.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lettuce.core.RedisURI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.provider.redis.RedisSettings.Mode;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

class RedisTargetProviderTest {
  private static final String CLUSTER = "clustercfg.orders.fnjyzo.use1.cache.amazonaws.com:6379";

  private final RedisTargetProvider provider = new RedisTargetProvider();
  private final TestContext context = new TestContext();

  private static TargetConfig target(String destination, Map<String, String> options) {
    return TargetConfig.builder(Records.KINESIS, "t", "redis", destination)
        .options(options)
        .build();
  }

  private RedisSettings settings(String destination, Map<String, String> options) {
    return RedisSettings.of(target(destination, options), context);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CLUSTER,
        "rediss://master.orders.fnjyzo.use1.cache.amazonaws.com",
        "redis://orders.fnjyzo.ng.0001.euw1.cache.amazonaws.com:6379",
        "orders.fnjyzo.0001.apse10.cache.amazonaws.com:6379",
        "orders.fnjyzo.clustercfg.cnn1.cache.amazonaws.com.cn:6379",
        "orders-fnjyzo.serverless.usgw1.cache.amazonaws.com:6379",
        "clustercfg.orders.fnjyzo.memorydb.us-gov-west-1.amazonaws.com:6379"
      })
  void validate_hostsOfAws_areValid(String destination) {
    provider.validate(target(destination, Map.of()), context);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "use1.cache.amazonaws.com:6379",
        "orders.cache.amazonaws.com:6379",
        "orders.use1.cache.amazonaws.com.evil.example:6379",
        "redis://user:password@orders.use1.cache.amazonaws.com:6379",
        "redis://orders.fnjyzo.use1.cache.amazonaws.com:6379/3",
        "redis://orders.fnjyzo.use1.cache.amazonaws.com:6379?timeout=1",
        "redis-socket:///tmp/redis.sock",
        "REDIS://orders.fnjyzo.use1.cache.amazonaws.com:6379",
        "orders.memorydb.evil.amazonaws.com:6379",
        "orders.fnjyzo.use1.cache.amazonaws.com",
        "127.0.0.1:6379",
        "10.0.0.1:6379",
        "169.254.169.254:80"
      })
  void validate_otherDestinations_areRefused(String destination) {
    assertThat(
            catchThrowableOfType(
                InvalidTargetException.class,
                () -> provider.validate(target(destination, Map.of()), context)))
        .isNotNull();
  }

  @Test
  void settings_awsNames_sayModeAndTls() {
    assertThat(settings(CLUSTER, Map.of()))
        .extracting(RedisSettings::mode, RedisSettings::tls)
        .containsExactly(Mode.CLUSTER, true);
    assertThat(settings("o.f.clustercfg.use1.cache.amazonaws.com:6379", Map.of()))
        .extracting(RedisSettings::mode, RedisSettings::tls)
        .containsExactly(Mode.CLUSTER, false);
    assertThat(settings("o-f.serverless.use1.cache.amazonaws.com:6379", Map.of()))
        .extracting(RedisSettings::mode, RedisSettings::tls)
        .containsExactly(Mode.CLUSTER, true);
    assertThat(settings("o.f.ng.0001.use1.cache.amazonaws.com:6379", Map.of()))
        .extracting(RedisSettings::mode, RedisSettings::tls)
        .containsExactly(Mode.SINGLE, false);
    assertThat(settings("master.o.f.use1.cache.amazonaws.com:6379", Map.of("tls", "false")))
        .extracting(RedisSettings::mode, RedisSettings::tls)
        .containsExactly(Mode.SINGLE, false);
  }

  @Test
  void covers_nodesOfTheSameCluster_andPrivateAddressesWithItsPort() {
    context.set(ProviderContext.ALLOWED_HOSTS, "redis.internal:6379");
    RedisHosts hosts = new RedisHosts(settings(CLUSTER, Map.of()).seeds(), context);

    assertThat(
            List.of(
                "orders-0001-001.orders.fnjyzo.use1.cache.amazonaws.com:6379",
                "10.1.2.3:6379",
                "172.31.0.9:6379",
                "100.64.0.1:6379",
                "redis.internal:6379"))
        .allMatch(node -> hosts.covers(HostPort.parse(node).orElseThrow()));
    assertThat(
            List.of(
                "orders-0001-001.orders.fnjyzo.usw2.cache.amazonaws.com:6379",
                "orders-0001-001.orders.zzzzzz.use1.cache.amazonaws.com:6379",
                "10.1.2.3:22",
                "172.32.0.9:6379",
                "127.0.0.1:6379",
                "169.254.169.254:6379",
                "8.8.8.8:6379",
                "[fd00:ec2::254]:6379",
                "redis.internal:22",
                "evil.example:6379"))
        .noneMatch(node -> hosts.covers(HostPort.parse(node).orElseThrow()));
  }

  @Test
  void covers_aSeedOfTheOperators_givesNoLeaveForPrivateAddresses() {
    context.set(ProviderContext.ALLOWED_HOSTS, "redis.internal");
    RedisHosts hosts = new RedisHosts(settings("redis.internal:6379", Map.of()).seeds(), context);

    assertThat(hosts.covers(new HostPort("redis.internal", 7_000))).isTrue();
    assertThat(hosts.covers(new HostPort("10.1.2.3", 6_379))).isFalse();
  }

  @Test
  void resolve_hostBeyondTheCovered_isRefusedBeforeAnyConnection() {
    CoveredAddresses addresses =
        new CoveredAddresses(new RedisHosts(settings(CLUSTER, Map.of()).seeds(), context));

    for (RedisURI uri :
        List.of(
            RedisURI.create("169.254.169.254", 80),
            RedisURI.create("redis://[::1]:6379"),
            RedisURI.create("evil.example", 6379),
            RedisURI.create("redis-socket:///tmp/redis.sock"))) {
      assertThat(catchThrowableOfType(HostNotCoveredException.class, () -> addresses.resolve(uri)))
          .as("%s", uri)
          .isNotNull();
    }
  }

  @Test
  void capabilities_tombstones_areForSetOnly() {
    assertThat(provider.capabilities(target(CLUSTER, Map.of())).tombstones()).isTrue();
    assertThat(provider.capabilities(target(CLUSTER, Map.of("command", "list"))).tombstones())
        .isFalse();
    assertThat(provider.permissions(target(CLUSTER, Map.of()))).isEmpty();
  }
}
