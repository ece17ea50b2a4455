package org.streamfanout.admin;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsClients;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.utils.AttributeMap;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The AWS clients of one operator: one per service and region, with the SDK's own retries, unlike
 * those of an engine. Thread-safe; making a client does no I/O if the region is known.
 */
public final class AdminClients implements AutoCloseable {
  private final @Nullable String region;
  private final @Nullable String profile;
  private final @Nullable URI endpoint;
  private final @Nullable Consumer<String> trace;
  private final SdkHttpClient httpClient;
  private final AwsCredentialsProvider credentials;
  private final List<SdkAutoCloseable> owned = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, SdkClient> clients = new HashMap<>();

  private record Key(Class<?> service, String region) {}

  private AdminClients(Builder builder) {
    region = builder.region;
    profile = builder.profile;
    endpoint = builder.endpoint;
    trace = builder.trace;
    httpClient =
        Apache5HttpClient.builder()
            .buildWithDefaults(
                AttributeMap.builder()
                    .put(
                        SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES,
                        !builder.verifyCertificates)
                    .build());
    if (builder.credentials != null) {
      credentials = builder.credentials;
    } else {
      DefaultCredentialsProvider chain =
          DefaultCredentialsProvider.builder().profileName(profile).build();
      credentials = chain;
      owned.add(chain);
    }
  }

  /** Starts clients. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the region of calls that name none.
   *
   * @throws AdminException if there is none: neither given, nor in the environment or the profile
   */
  public String region() {
    if (region != null) {
      return region;
    }
    try {
      return DefaultAwsRegionProviderChain.builder().profileName(profile).build().getRegion().id();
    } catch (SdkClientException e) {
      throw new AdminException("no region is known; give --region, or set AWS_REGION", e);
    }
  }

  /**
   * Returns the client of a service in the {@link #region}, made on first use. Never close it.
   *
   * @throws AdminException if no region is known
   */
  public <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C extends SdkClient>
      C client(Class<C> service, Supplier<B> builder) {
    return client(service, builder, null);
  }

  /**
   * Returns the client of a service in a region; null for the {@link #region}.
   *
   * @throws AdminException if no region is known
   */
  public <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C extends SdkClient>
      C client(Class<C> service, Supplier<B> builder, @Nullable String inRegion) {
    Key key = new Key(service, inRegion == null ? region() : inRegion);
    lock.lock();
    try {
      SdkClient known = clients.get(key);
      if (known == null) {
        known = build(builder.get(), key.region());
        clients.put(key, known);
      }
      return service.cast(known);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns clients as an engine has them, without retries and with the roles of targets, for the
   * same region, endpoint and credentials. The caller closes them.
   *
   * @throws AdminException if no region is known
   */
  public AwsClients ofTargets() {
    return AwsClients.builder()
        .region(region())
        .endpoint(endpoint)
        .credentials(credentials)
        .sessionName("fanout-admin")
        .build();
  }

  private <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C build(
      B builder, String clientRegion) {
    builder
        .httpClient(httpClient)
        .region(Region.of(clientRegion))
        .credentialsProvider(credentials)
        .overrideConfiguration(
            overrides -> {
              if (trace != null) {
                overrides.addExecutionInterceptor(new CallTrace(trace));
              }
            });
    if (endpoint != null) {
      builder.endpointOverride(endpoint);
    }
    return builder.build();
  }

  /** Closes every client and the connections. May be called twice. */
  @Override
  public void close() {
    List<SdkAutoCloseable> open;
    lock.lock();
    try {
      open = new ArrayList<>(clients.values());
      clients.clear();
      open.addAll(owned);
      owned.clear();
    } finally {
      lock.unlock();
    }
    open.forEach(SdkAutoCloseable::close);
    httpClient.close();
  }

  /** Builds clients; not thread-safe. */
  public static final class Builder {
    private @Nullable String region;
    private @Nullable String profile;
    private @Nullable URI endpoint;
    private @Nullable AwsCredentialsProvider credentials;
    private @Nullable Consumer<String> trace;
    private boolean verifyCertificates = true;

    private Builder() {}

    /** Sets the region; null for the profile's or the environment's. */
    public Builder region(@Nullable String newRegion) {
      region = newRegion;
      return this;
    }

    /** Sets the profile of AWS's shared configuration; null for the environment's. */
    public Builder profile(@Nullable String newProfile) {
      profile = newProfile;
      return this;
    }

    /** Sends every client to one URL; null for AWS's own. */
    public Builder endpoint(@Nullable URI newEndpoint) {
      endpoint = newEndpoint;
      return this;
    }

    /** Sets the credentials, which stay the caller's to close; the profile's by default. */
    public Builder credentials(AwsCredentialsProvider newCredentials) {
      credentials = Objects.requireNonNull(newCredentials, "credentials");
      return this;
    }

    /** Sets whether servers must have certificates that this machine trusts; true by default. */
    public Builder verifyCertificates(boolean newVerifyCertificates) {
      verifyCertificates = newVerifyCertificates;
      return this;
    }

    /** Sets who is told of each call: its service, operation, status, request id and time in ms. */
    public Builder trace(@Nullable Consumer<String> newTrace) {
      trace = newTrace;
      return this;
    }

    /** Returns the clients. */
    public AdminClients build() {
      return new AdminClients(this);
    }
  }
}
