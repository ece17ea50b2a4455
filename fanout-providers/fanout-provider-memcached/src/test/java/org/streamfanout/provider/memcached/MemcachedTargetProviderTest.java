package org.streamfanout.provider.memcached;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

class MemcachedTargetProviderTest {
  private static final String CONFIGURATION = "orders.fnjyzo.cfg.use1.cache.amazonaws.com:11211";

  private final MemcachedTargetProvider provider = new MemcachedTargetProvider();
  private final TestContext context = new TestContext();

  private static TargetConfig target(String destination, Map<String, String> options) {
    return TargetConfig.builder(Records.KINESIS, "t", "memcached", destination)
        .options(options)
        .build();
  }

  private MemcachedSettings settings(String destination, Map<String, String> options) {
    return MemcachedSettings.of(target(destination, options), context);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CONFIGURATION,
        "orders.fnjyzo.0001.use1.cache.amazonaws.com:11211",
        "orders.fnjyzo.cfg.cnn1.cache.amazonaws.com.cn:11211",
        "orders.fnjyzo.cfg.usgw1.cache.amazonaws.com:11211",
        "orders-fnjyzo.serverless.euw1.cache.amazonaws.com:11211",
        "a.b.0001.use1.cache.amazonaws.com:11211, a.b.0002.use1.cache.amazonaws.com:11211"
      })
  void validate_hostsOfElastiCache_areValid(String destination) {
    provider.validate(target(destination, Map.of()), context);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "use1.cache.amazonaws.com:11211",
        "orders.cache.amazonaws.com:11211",
        "orders.use1.cache.amazonaws.com.evil.example:11211",
        "orders.use1.cache.amazonaws.com@evil.example:11211",
        "orders.use1.xcache.amazonaws.com:11211",
        "orders.fnjyzo.cfg.use1.cache.amazonaws.com",
        "127.0.0.1:11211",
        "169.254.169.254:80",
        ""
      })
  void validate_otherHosts_needTheOperatorsWord(String destination) {
    assertThat(
            catchThrowableOfType(
                InvalidTargetException.class,
                () ->
                    provider.validate(
                        target(destination.isEmpty() ? "," : destination, Map.of()), context)))
        .isNotNull();
  }

  @Test
  void settings_configurationEndpoint_isAskedForTheNodes() {
    assertThat(settings(CONFIGURATION, Map.of()).discovery()).isTrue();
    assertThat(settings(CONFIGURATION, Map.of("discovery", "static")).discovery()).isFalse();
    assertThat(settings("a.b.0001.use1.cache.amazonaws.com:1", Map.of()).discovery()).isFalse();
    assertThat(settings("a-b.serverless.use1.cache.amazonaws.com:1", Map.of()).tls()).isTrue();
    assertThat(settings(CONFIGURATION, Map.of()).tls()).isFalse();
    assertThat(settings(CONFIGURATION, Map.of("tls", "true")).tls()).isTrue();
  }

  @Test
  void covers_nodesOfTheSameCluster_onlyThose() {
    MemcachedSettings settings = settings(CONFIGURATION, Map.of());
    context.set(ProviderContext.ALLOWED_HOSTS, "cache.internal:11211");

    assertThat(
            List.of(
                "orders.fnjyzo.0001.use1.cache.amazonaws.com:11211",
                "orders.fnjyzo.0002.use1.cache.amazonaws.com:11212",
                "cache.internal:11211"))
        .allMatch(node -> settings.covers(HostPort.parse(node).orElseThrow(), context));
    assertThat(
            List.of(
                "orders.fnjyzo.0001.usw2.cache.amazonaws.com:11211",
                "orders.zzzzzz.0001.use1.cache.amazonaws.com:11211",
                "cache.internal:22",
                "10.0.0.1:11211",
                "169.254.169.254:11211",
                "evil.example:11211"))
        .noneMatch(node -> settings.covers(HostPort.parse(node).orElseThrow(), context));
  }

  @Test
  void clusterAnswer_isReadOrIsNone() {
    assertThat(
            ClusterAnswer.nodes(
                "CONFIG cluster 0 60\r\n12\nA.example|10.0.0.1|11211 |10.0.0.2|11212\n\r\n"))
        .hasValue(List.of(new HostPort("a.example", 11_211), new HostPort("10.0.0.2", 11_212)));
    assertThat(
            List.of(
                "",
                "CONFIG cluster 0 0\r\n\r\n",
                "CONFIG cluster 0 9\r\n1\n\n\r\n",
                "CONFIG cluster 0 9\r\nx\na|b|1\n\r\n",
                "CONFIG cluster 0 9\r\n1\na|1\n\r\n",
                "CONFIG cluster 0 9\r\n1\nuser@a|b|1\n\r\n",
                "CONFIG cluster 0 9\r\n1\na|b|99999\n\r\n",
                "ERROR\r\n"))
        .allSatisfy(text -> assertThat(ClusterAnswer.nodes(text)).isEmpty());
  }

  @Test
  void permissions_areNone() {
    assertThat(provider.permissions(target(CONFIGURATION, Map.of()))).isEmpty();
    assertThat(provider.capabilities(target(CONFIGURATION, Map.of())).tombstones()).isTrue();
  }
}
