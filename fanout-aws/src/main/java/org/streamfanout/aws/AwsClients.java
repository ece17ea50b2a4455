package org.streamfanout.aws;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.ProviderContext;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Every AWS client of one engine: one per service, region, role, external id, session policy and
 * endpoint, all over one HTTP connection pool and one cache of credentials.
 *
 * <p>The clients never retry (the engine does) and stop at an interrupt. They belong to this object
 * and are closed with it. Thread-safe. Making a client does no I/O if the region is known; if no
 * one names it, the SDK's default chain is asked, which may reach the instance's metadata service.
 */
public final class AwsClients implements AutoCloseable {
  /** The name under which an engine's clients are {@linkplain ProviderContext#shared shared}. */
  public static final String SHARED_NAME = "aws";

  /**
   * A call's deadline ends it, not the socket: a Lambda function that is waited for may take 15
   * minutes, where the HTTP client by itself gives up after 30 s.
   */
  private static final Duration LONGEST_ANSWER = Duration.ofMinutes(15);

  private final @Nullable String region;
  private final @Nullable URI endpoint;
  private final Clock clock;
  private final Duration sessionDuration;
  private final Duration refreshBeforeExpiry;
  private final String sessionName;
  private final Duration stsTimeout;
  private final SdkHttpClient httpClient;
  private final AwsCredentialsProvider ownCredentials;
  private final @Nullable DefaultCredentialsProvider chain;
  private final ScheduledThreadPoolExecutor timer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, SdkClient> clients = new HashMap<>();
  private final Map<Role, AssumedRole> roles = new HashMap<>();
  private boolean closed;

  private record Key(
      Class<?> service, Region region, @Nullable Role role, @Nullable URI endpoint) {}

  private record Role(String arn, @Nullable String externalId, @Nullable String sessionPolicy) {}

  private AwsClients(Builder builder) {
    this.region = builder.region;
    this.endpoint = builder.endpoint;
    this.clock = builder.clock;
    this.sessionDuration = builder.sessionDuration;
    this.refreshBeforeExpiry = builder.refreshBeforeExpiry;
    this.sessionName = builder.sessionName;
    this.stsTimeout = builder.stsTimeout;
    this.timer = new ScheduledThreadPoolExecutor(2, AwsClients::timerThread);
    this.timer.setRemoveOnCancelPolicy(true);
    this.httpClient =
        new InterruptibleHttpClient(
            Apache5HttpClient.builder()
                .maxConnections(builder.maxConnections)
                .connectionTimeout(builder.connectTimeout)
                .socketTimeout(LONGEST_ANSWER)
                .build(),
            timer);
    if (builder.credentials != null) {
      this.ownCredentials = builder.credentials;
      this.chain = null;
    } else {
      this.chain = DefaultCredentialsProvider.builder().build();
      this.ownCredentials = this.chain;
    }
  }

  private static Thread timerThread(Runnable task) {
    Thread thread = new Thread(task, "fanout-aws-timer");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Returns the clients of an engine, with its {@linkplain ProviderContext#REGION region} and
   * {@linkplain ProviderContext#ENDPOINT_URL endpoint}.
   *
   * @throws IllegalArgumentException if the endpoint is not a URL
   */
  public static AwsClients of(ProviderContext context) {
    String problem = AwsHosts.endpointProblem(context::setting);
    if (problem != null) {
      throw new IllegalArgumentException(problem);
    }
    return context.shared(
        AwsClients.class,
        SHARED_NAME,
        () ->
            builder()
                .region(context.setting(ProviderContext.REGION))
                .endpoint(AwsHosts.endpoint(context::setting))
                .clock(context.clock())
                .build());
  }

  /** Starts clients for a host that has no {@link ProviderContext}. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the client of a service, made on first use: {@code client(SqsClient.class,
   * SqsClient::builder, access)}. Never close it.
   *
   * @throws SdkClientException if no region is known
   * @throws IllegalStateException if these clients are closed
   */
  public <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C extends SdkClient>
      C client(Class<C> service, Supplier<B> builder, AwsAccess access) {
    Region clientRegion = regionOf(access);
    Role role =
        access.role() == null
            ? null
            : new Role(access.role(), access.externalId(), access.sessionPolicy());
    URI clientEndpoint = endpoint != null ? endpoint : access.endpoint();
    Key key = new Key(service, clientRegion, role, clientEndpoint);
    lock.lock();
    try {
      requireOpen();
      SdkClient known = clients.get(key);
      if (known != null) {
        return service.cast(known);
      }
      AssumedRole assumed = role == null ? null : assumed(role, clientRegion);
      C client = build(builder.get(), clientRegion, assumed, clientEndpoint, null);
      clients.put(key, client);
      return client;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns where calls to an endpoint of AWS go: to the operator's endpoint, {@link
   * Builder#endpoint}, if there is one.
   */
  public URI endpointOr(URI awsEndpoint) {
    return endpoint != null ? endpoint : awsEndpoint;
  }

  /** Returns plain HTTP, not signed, to {@code http(s)://<host>[:<port>]}. */
  public AwsHttp http(URI base) {
    return new AwsHttp(httpClient, timer, base, null);
  }

  /**
   * Returns plain HTTP to {@code http(s)://<host>[:<port>]}, each call signed with SigV4.
   *
   * @param service the service's name in signatures, such as {@code es}
   * @throws SdkClientException if no region is known
   * @throws IllegalStateException if these clients are closed
   */
  public AwsHttp http(URI base, String service, AwsAccess access) {
    Region region = regionOf(access);
    AwsCredentialsProvider credentials = ownCredentials;
    if (access.role() != null) {
      lock.lock();
      try {
        requireOpen();
        credentials =
            assumed(new Role(access.role(), access.externalId(), access.sessionPolicy()), region);
      } finally {
        lock.unlock();
      }
    }
    return new AwsHttp(httpClient, timer, base, new AwsHttp.Signing(credentials, service, region));
  }

  private <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C build(
      B builder,
      Region clientRegion,
      @Nullable AssumedRole assumed,
      @Nullable URI clientEndpoint,
      @Nullable Duration timeout) {
    ClientOverrideConfiguration.Builder overrides =
        ClientOverrideConfiguration.builder()
            .retryStrategy(AwsRetryStrategy.doNotRetry())
            .scheduledExecutorService(timer);
    if (timeout != null) {
      overrides.apiCallTimeout(timeout);
    }
    if (assumed != null) {
      overrides.addExecutionInterceptor(new ExpiredCredentials(assumed));
    }
    builder
        .httpClient(httpClient)
        .region(clientRegion)
        .credentialsProvider(assumed == null ? ownCredentials : assumed)
        .overrideConfiguration(overrides.build());
    if (clientEndpoint != null) {
      builder.endpointOverride(clientEndpoint);
    }
    return builder.build();
  }

  /** Called under the lock. The endpoint of a destination is not the token service's. */
  private AssumedRole assumed(Role role, Region clientRegion) {
    return roles.computeIfAbsent(
        role,
        absent -> {
          StsClient sts =
              build(StsClient.builder(), homeRegion(clientRegion), null, endpoint, stsTimeout);
          AssumeRoleRequest request =
              AssumeRoleRequest.builder()
                  .roleArn(role.arn())
                  .externalId(role.externalId())
                  .policy(role.sessionPolicy())
                  .roleSessionName(sessionName)
                  .durationSeconds((int) sessionDuration.toSeconds())
                  .build();
          return new AssumedRole(sts, request, clock, refreshBeforeExpiry);
        });
  }

  private Region regionOf(AwsAccess access) {
    String named = access.region() != null ? access.region() : region;
    return named != null
        ? Region.of(named)
        : DefaultAwsRegionProviderChain.builder().build().getRegion();
  }

  /**
   * The token service is asked in the process's own region, since that of a target may be one that
   * its account has not switched on.
   */
  private Region homeRegion(Region fallback) {
    if (region != null) {
      return Region.of(region);
    }
    AwsRegionProvider environment = new SystemSettingsRegionProvider();
    try {
      return environment.getRegion();
    } catch (SdkClientException noneNamed) {
      return fallback;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the AWS clients are closed; make a new engine");
    }
  }

  /** Closes every client, the connections and the credentials. May be called twice. */
  @Override
  public void close() {
    List<SdkAutoCloseable> open = new ArrayList<>();
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      clients.values().forEach(open::add);
      roles.values().forEach(open::add);
    } finally {
      lock.unlock();
    }
    open.forEach(SdkAutoCloseable::close);
    httpClient.close();
    timer.shutdownNow();
    if (chain != null) {
      chain.close();
    }
  }

  /** Builds clients; not thread-safe. */
  public static final class Builder {
    private @Nullable String region;
    private @Nullable URI endpoint;
    private Clock clock = Clock.systemUTC();
    private @Nullable AwsCredentialsProvider credentials;

    /** The shortest that STS gives, so that a role taken away is felt soon. */
    private Duration sessionDuration = Duration.ofSeconds(900);

    private Duration refreshBeforeExpiry = Duration.ofSeconds(60);
    private String sessionName = "Lambda";
    private Duration stsTimeout = Duration.ofSeconds(5);
    private int maxConnections = 512;
    private Duration connectTimeout = Duration.ofSeconds(3);

    private Builder() {}

    /** Sets the region of clients whose access names none; null for the SDK's default chain. */
    public Builder region(@Nullable String newRegion) {
      region = newRegion;
      return this;
    }

    /** Sends every client to one URL, the token service's included; null for AWS's own. */
    public Builder endpoint(@Nullable URI newEndpoint) {
      endpoint = newEndpoint;
      return this;
    }

    /** Sets the clock that credentials expire by; the system's by default. */
    public Builder clock(Clock newClock) {
      clock = Objects.requireNonNull(newClock, "clock");
      return this;
    }

    /**
     * Sets the process's own credentials, with which roles are assumed; the SDK's default chain by
     * default. They stay the caller's to close.
     */
    public Builder credentials(AwsCredentialsProvider newCredentials) {
      credentials = Objects.requireNonNull(newCredentials, "credentials");
      return this;
    }

    /**
     * Sets how long an assumed role's credentials last; 900 s by default, the least that <a
     * href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html">AssumeRole</a>
     * takes (as known 2026-11).
     */
    public Builder sessionDuration(Duration newSessionDuration) {
      sessionDuration = newSessionDuration;
      return this;
    }

    /** Sets how long before their end credentials are replaced; 60 s by default. */
    public Builder refreshBeforeExpiry(Duration newRefreshBeforeExpiry) {
      refreshBeforeExpiry = newRefreshBeforeExpiry;
      return this;
    }

    /** Sets the role session's name, which shows in CloudTrail; {@code Lambda} by default. */
    public Builder sessionName(String newSessionName) {
      sessionName = Objects.requireNonNull(newSessionName, "sessionName");
      return this;
    }

    /** Sets how long one AssumeRole may take; 5 s by default. */
    public Builder stsTimeout(Duration newStsTimeout) {
      stsTimeout = newStsTimeout;
      return this;
    }

    /**
     * Sets how many connections all clients may hold together; 512 by default, more than the
     * targets of one process send at once, so that none waits for another's connection.
     */
    public Builder maxConnections(int newMaxConnections) {
      maxConnections = newMaxConnections;
      return this;
    }

    /** Sets how long opening a connection may take; 3 s by default. */
    public Builder connectTimeout(Duration newConnectTimeout) {
      connectTimeout = newConnectTimeout;
      return this;
    }

    /**
     * Returns the clients.
     *
     * @throws IllegalArgumentException if the credentials would be replaced before they are used
     */
    public AwsClients build() {
      if (refreshBeforeExpiry.isNegative() || refreshBeforeExpiry.compareTo(sessionDuration) >= 0) {
        throw new IllegalArgumentException(
            "refreshBeforeExpiry is "
                + refreshBeforeExpiry
                + "; it must lie between zero and the session's duration of "
                + sessionDuration);
      }
      return new AwsClients(this);
    }
  }
}
