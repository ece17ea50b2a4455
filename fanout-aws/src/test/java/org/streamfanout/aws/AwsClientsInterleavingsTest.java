package org.streamfanout.aws;

import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;

class AwsClientsInterleavingsTest {
  @Test
  void clients_anyThreads_areOnePerAccess_andEachIsClosedOnceWithTheEngine() {
    // Threads as they come: a chosen order of steps would watch the whole SDK.
    new StressOptions()
        .iterations(5)
        .invocationsPerIteration(100)
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(0)
        .actorsAfter(0)
        .sequentialSpecification(PoolSpec.class)
        .check(Pool.class);
  }

  /** Targets that open in several accounts while the engine may close. */
  @Param(name = "account", gen = IntGen.class, conf = "0:1")
  public static class Pool {
    private final Queue<CountedClient> made = new ConcurrentLinkedQueue<>();
    private final AwsClients clients =
        AwsClients.builder()
            .region("eu-west-1")
            .credentials(AnonymousCredentialsProvider.create())
            .build();

    @Operation
    public boolean client(@Param(name = "account") int account) {
      AwsAccess access = new AwsAccess(null, null, null, null, URI.create("http://host" + account));
      try {
        CountedClient client =
            clients.client(CountedClient.class, () -> new CountedBuilder(made), access);
        return access.endpoint().equals(client.endpoint);
      } catch (IllegalStateException closed) {
        return false;
      }
    }

    @Operation
    public void close() {
      clients.close();
    }

    @Validate
    public void end() {
      clients.close();
      long accounts = made.stream().map(each -> each.endpoint).distinct().count();
      if (accounts != made.size() || made.stream().anyMatch(each -> each.closes.get() != 1)) {
        throw new IllegalStateException("made twice, or not closed once: " + made.size());
      }
    }
  }

  /** Every client until the end, and none afterwards. */
  public static class PoolSpec {
    private boolean closed;

    public boolean client(int account) {
      return !closed;
    }

    public void close() {
      closed = true;
    }
  }

  /** A service's client that counts how often it is closed. */
  private static final class CountedClient implements SdkClient {
    private final URI endpoint;
    private final AtomicInteger closes = new AtomicInteger();

    private CountedClient(URI endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public String serviceName() {
      return "counted";
    }

    @Override
    public void close() {
      closes.incrementAndGet();
    }
  }

  /** Makes such clients. */
  private static final class CountedBuilder
      implements AwsSyncClientBuilder<CountedBuilder, CountedClient>,
          AwsClientBuilder<CountedBuilder, CountedClient> {
    private final Queue<CountedClient> made;
    private URI endpoint;

    private CountedBuilder(Queue<CountedClient> made) {
      this.made = made;
    }

    @Override
    public CountedClient build() {
      CountedClient client = new CountedClient(endpoint);
      made.add(client);
      return client;
    }

    @Override
    public CountedBuilder endpointOverride(URI newEndpoint) {
      endpoint = newEndpoint;
      return this;
    }

    @Override
    public CountedBuilder credentialsProvider(AwsCredentialsProvider credentials) {
      return this;
    }

    @Override
    public CountedBuilder region(Region region) {
      return this;
    }

    @Override
    public CountedBuilder dualstackEnabled(Boolean enabled) {
      return this;
    }

    @Override
    public CountedBuilder fipsEnabled(Boolean enabled) {
      return this;
    }

    @Override
    public CountedBuilder overrideConfiguration(ClientOverrideConfiguration configuration) {
      return this;
    }

    @Override
    public ClientOverrideConfiguration overrideConfiguration() {
      return ClientOverrideConfiguration.builder().build();
    }

    @Override
    public CountedBuilder httpClient(SdkHttpClient client) {
      return this;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public CountedBuilder httpClientBuilder(SdkHttpClient.Builder builder) {
      return this;
    }
  }
}
