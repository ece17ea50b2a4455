package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lambda.model.AmazonManagedKafkaEventSourceConfig;
import software.amazon.awssdk.services.lambda.model.DestinationConfig;
import software.amazon.awssdk.services.lambda.model.EndPointType;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.Filter;
import software.amazon.awssdk.services.lambda.model.FilterCriteria;
import software.amazon.awssdk.services.lambda.model.ProvisionedPollerConfig;
import software.amazon.awssdk.services.lambda.model.SelfManagedEventSource;
import software.amazon.awssdk.services.lambda.model.SelfManagedKafkaEventSourceConfig;
import software.amazon.awssdk.services.lambda.model.SourceAccessConfiguration;
import software.amazon.awssdk.services.lambda.model.SourceAccessType;

/**
 * The members of a mapping by their names in Lambda's API, which creating, updating and describing
 * one have in common.
 */
final class MappingValues {
  static final String REPORT = "ReportBatchItemFailures";
  static final String RESPONSES = "FunctionResponseTypes";

  private static final int BATCH_SIZE = 100;
  private static final int UNLIMITED = -1;

  private MappingValues() {}

  /** Returns what a new mapping is made with. */
  static Map<String, Object> created(
      HookSource source, HookSettings settings, boolean report, boolean hasErrorControls) {
    Map<String, Object> values = new LinkedHashMap<>();
    put(values, "EventSourceArn", source.arn());
    if (source.topic() != null) {
      values.put("Topics", List.of(source.topic()));
    }
    if (!source.servers().isEmpty()) {
      values.put(
          "SelfManagedEventSource",
          SelfManagedEventSource.builder()
              .endpoints(Map.of(EndPointType.KAFKA_BOOTSTRAP_SERVERS, source.servers()))
              .build());
    }
    values.put("Enabled", !Boolean.FALSE.equals(settings.enabled()));
    values.put("BatchSize", BATCH_SIZE);
    values.put(
        "StartingPosition",
        Objects.requireNonNullElse(
                settings.startingPosition(), HookSettings.StartingPosition.LATEST)
            .name());
    put(values, "StartingPositionTimestamp", settings.startingTimestamp());
    if (hasErrorControls) {
      values.put("MaximumRetryAttempts", UNLIMITED);
      values.put("MaximumRecordAgeInSeconds", UNLIMITED);
    }
    if (report) {
      values.put(RESPONSES, List.of(REPORT));
    }
    if (settings.consumerGroup() != null) {
      if (source.servers().isEmpty()) {
        values.put(
            "AmazonManagedKafkaEventSourceConfig",
            AmazonManagedKafkaEventSourceConfig.builder()
                .consumerGroupId(settings.consumerGroup())
                .build());
      } else {
        values.put(
            "SelfManagedKafkaEventSourceConfig",
            SelfManagedKafkaEventSourceConfig.builder()
                .consumerGroupId(settings.consumerGroup())
                .build());
      }
    }
    values.putAll(given(settings, null));
    return values;
  }

  /** Returns what is given and can be changed, beside what a mapping has and nobody names. */
  static Map<String, Object> given(
      HookSettings settings, @Nullable EventSourceMappingConfiguration there) {
    Map<String, Object> values = new LinkedHashMap<>();
    put(values, "BatchSize", settings.batchSize());
    put(values, "MaximumBatchingWindowInSeconds", settings.batchWindow());
    put(values, "BisectBatchOnFunctionError", settings.bisect());
    put(values, "ParallelizationFactor", settings.parallelization());
    put(values, "MaximumRetryAttempts", settings.maxRetries());
    put(values, "MaximumRecordAgeInSeconds", settings.maxRecordAge());
    String onFailure = settings.onFailure();
    if (onFailure != null) {
      DestinationConfig before = there == null ? null : there.destinationConfig();
      values.put(
          "DestinationConfig",
          (before == null ? DestinationConfig.builder() : before.toBuilder())
              .onFailure(failed -> failed.destination(onFailure))
              .build());
    }
    List<String> filters = settings.filters();
    if (filters != null) {
      values.put(
          "FilterCriteria",
          filters.isEmpty()
              ? FilterCriteria.builder().build()
              : FilterCriteria.builder()
                  .filters(
                      filters.stream()
                          .map(pattern -> Filter.builder().pattern(pattern).build())
                          .toList())
                  .build());
    }
    if (settings.minPollers() != null || settings.maxPollers() != null) {
      ProvisionedPollerConfig before = there == null ? null : there.provisionedPollerConfig();
      ProvisionedPollerConfig.Builder pollers =
          before == null ? ProvisionedPollerConfig.builder() : before.toBuilder();
      if (settings.minPollers() != null) {
        pollers.minimumPollers(settings.minPollers());
      }
      if (settings.maxPollers() != null) {
        pollers.maximumPollers(settings.maxPollers());
      }
      values.put("ProvisionedPollerConfig", pollers.build());
    }
    List<SourceAccessConfiguration> access = access(settings, there);
    if (!access.isEmpty()) {
      values.put("SourceAccessConfigurations", access);
    }
    return values;
  }

  /** Subnets, groups and secrets are one list of Lambda's, and three options of ours. */
  private static List<SourceAccessConfiguration> access(
      HookSettings settings, @Nullable EventSourceMappingConfiguration there) {
    if (settings.subnets().isEmpty()
        && settings.securityGroups().isEmpty()
        && settings.auth().isEmpty()) {
      return List.of();
    }
    List<SourceAccessConfiguration> access = new ArrayList<>();
    settings.subnets().forEach(id -> access.add(access("VPC_SUBNET", "subnet:" + id)));
    settings
        .securityGroups()
        .forEach(id -> access.add(access("VPC_SECURITY_GROUP", "security_group:" + id)));
    settings.auth().forEach((type, secret) -> access.add(access(type, secret)));
    if (there != null) {
      for (SourceAccessConfiguration each : there.sourceAccessConfigurations()) {
        boolean replaced =
            switch (each.type()) {
              case VPC_SUBNET -> !settings.subnets().isEmpty();
              case VPC_SECURITY_GROUP -> !settings.securityGroups().isEmpty();
              default -> !settings.auth().isEmpty();
            };
        if (!replaced) {
          access.add(each);
        }
      }
    }
    return access;
  }

  private static SourceAccessConfiguration access(String type, String uri) {
    return SourceAccessConfiguration.builder()
        .type(SourceAccessType.fromValue(type))
        .uri(uri)
        .build();
  }

  /** Returns those of these values that a mapping does not have. */
  static Map<String, Object> beyond(
      Map<String, Object> wanted, EventSourceMappingConfiguration there) {
    Map<String, Object> news = new LinkedHashMap<>(wanted);
    news.entrySet().removeIf(each -> same(each.getValue(), of(there, each.getKey())));
    return news;
  }

  /** Returns a member of a mapping; null if it has none of that name. */
  static @Nullable Object of(EventSourceMappingConfiguration mapping, String name) {
    return mapping.getValueForField(name, Object.class).orElse(null);
  }

  private static boolean same(Object wanted, @Nullable Object there) {
    Object before = plain(there);
    Object after = plain(wanted);
    if (isNothing(before) && isNothing(after)) {
      return true;
    }
    return before instanceof List<?> some && after instanceof List<?> others
        ? new HashSet<Object>(some).equals(new HashSet<Object>(others))
        : Objects.equals(before, after);
  }

  private static boolean isNothing(@Nullable Object value) {
    return value == null
        || value instanceof Collection<?> items && items.isEmpty()
        || value instanceof Map<?, ?> members && members.isEmpty();
  }

  /** Returns a value as text, numbers, lists and maps. */
  static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof SdkPojo pojo) {
      Map<String, @Nullable Object> members = new LinkedHashMap<>();
      for (SdkField<?> field : pojo.sdkFields()) {
        Object member = plain(field.getValueOrDefault(pojo));
        if (!isNothing(member)) {
          members.put(field.memberName(), member);
        }
      }
      return members;
    }
    if (value instanceof Collection<?> items) {
      List<@Nullable Object> plain = new ArrayList<>();
      items.forEach(item -> plain.add(plain(item)));
      return plain;
    }
    if (value instanceof Map<?, ?> entries) {
      Map<String, @Nullable Object> plain = new LinkedHashMap<>();
      entries.forEach((name, entry) -> plain.put(String.valueOf(name), plain(entry)));
      return plain;
    }
    return value == null || value instanceof Number || value instanceof Boolean
        ? value
        : value.toString();
  }

  /** Sets members of a request. */
  static void set(SdkPojo request, Map<String, Object> values) {
    values.forEach(
        (name, value) -> {
          SdkField<?> field = request.sdkFieldNameToField().get(name);
          if (field == null) {
            throw new IllegalStateException("a mapping has no member '" + name + "'");
          }
          field.set(request, value);
        });
  }

  static boolean reports(EventSourceMappingConfiguration mapping) {
    return mapping.functionResponseTypesAsStrings().contains(REPORT);
  }

  private static void put(Map<String, Object> values, String name, @Nullable Object value) {
    if (value != null) {
      values.put(name, value);
    }
  }
}
