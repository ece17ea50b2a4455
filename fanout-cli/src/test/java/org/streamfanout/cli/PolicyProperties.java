package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.FunctionGrants;
import org.streamfanout.admin.PolicyDocument;
import org.streamfanout.admin.Statement.Grant;
import org.streamfanout.admin.StoredTarget;
import org.streamfanout.admin.TargetRole;
import org.streamfanout.core.registry.PayloadStores;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.TargetConfig;

/** Whatever targets there are, each is granted what its provider asks for, and nothing wider. */
class PolicyProperties {
  private static final String FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:fanout";
  private static final String SOURCE = "arn:aws:kinesis:eu-west-1:123456789012:stream/s";

  private static final Providers PROVIDERS = Providers.discover(List.of());
  private static final PayloadStores STORES = PayloadStores.discover(List.of());

  /** A type and a destination of it, {@code #} standing for a number. */
  private static final List<String> DESTINATIONS =
      List.of(
          "sqs arn:aws:sqs:eu-west-1:123456789012:q#",
          "sqs https://sqs.us-east-1.amazonaws.com/210987654321/q#.fifo",
          "sqs arn:aws-cn:sqs:cn-north-1:123456789012:q#",
          "sns arn:aws:sns:eu-west-1:123456789012:t#",
          "kinesis stream#",
          "kinesis arn:aws-us-gov:kinesis:us-gov-west-1:123456789012:stream/s#",
          "firehose delivery#",
          "firehose arn:aws:firehose:eu-west-1:123456789012:deliverystream/d#",
          "lambda function#",
          "lambda function#:live",
          "lambda 210987654321:function:f#",
          "lambda arn:aws:lambda:eu-west-1:123456789012:function:f#",
          "dynamodb table#",
          "dynamodb table#-{yyyy}",
          "dynamodb arn:aws:dynamodb:eu-west-1:123456789012:table/table#",
          "eventbridge bus#",
          "eventbridge arn:aws:events:eu-west-1:123456789012:event-bus/b#",
          "iot a#-ats.iot.eu-west-1.amazonaws.com#topic/x",
          "es search-logs#-abcdefghijklmnopqrstuvwxyz.eu-west-1.es.amazonaws.com#index",
          "opensearch search-logs#-abcdefghijklmnopqrstuvwxyz.eu-west-1.es.amazonaws.com#index",
          "s3 s3://bucket#/prefix/",
          "redis host#:6379",
          "memcached host#:11211",
          "http https://host#/path");

  @Provide
  Arbitrary<StoredTarget> targets() {
    Arbitrary<@Nullable String> roles =
        Arbitraries.of(
                "arn:aws:iam::210987654321:role/one", "arn:aws:iam::999999999999:role/path/two")
            .injectNull(0.5);
    Arbitrary<@Nullable String> externalIds = Arbitraries.of("id-1", "id-2").injectNull(0.5);
    Arbitrary<@Nullable String> regions = Arbitraries.of("us-west-2", "cn-north-1").injectNull(0.7);
    Arbitrary<@Nullable String> claims = Arbitraries.of("s3://claims/in").injectNull(0.6);
    return Combinators.combine(
            Arbitraries.integers().between(0, 5),
            Arbitraries.of(DESTINATIONS),
            roles,
            externalIds,
            regions,
            claims,
            Arbitraries.of(true, false))
        .as(PolicyProperties::row);
  }

  private static StoredTarget row(
      int number,
      String place,
      @Nullable String role,
      @Nullable String externalId,
      @Nullable String region,
      @Nullable String claim,
      boolean isActive) {
    String[] parts = place.split(" ", 2);
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("sourceArn", SOURCE);
    row.put("id", "t" + number);
    row.put("type", parts[0]);
    row.put("destination", parts[1].replaceFirst("#", Integer.toString(number)));
    row.put("active", isActive);
    row.put("role", role);
    row.put("externalId", role == null ? null : externalId);
    row.put("region", region);
    if (claim != null && Set.of("sqs", "sns").contains(parts[0])) {
      row.put("claimCheck", claim);
      row.put("oversize", "CLAIM_CHECK");
    }
    row.values().removeIf(value -> value == null);
    return StoredTarget.of(row);
  }

  private static List<Permission> permissions(TargetConfig target) {
    List<Permission> all = new ArrayList<>(PROVIDERS.get(target.type()).permissions(target));
    String claim = target.claimCheck();
    if (claim != null) {
      all.addAll(STORES.get(claim).permissions(target));
    }
    return all;
  }

  @Property(tries = 300)
  void everyPermissionOfEveryTarget_isGranted(
      @ForAll("targets") StoredTarget first,
      @ForAll @Size(max = 8) List<@From("targets") StoredTarget> more) {
    List<StoredTarget> rows = new ArrayList<>(more);
    rows.add(first);
    FunctionGrants grants = FunctionGrants.of(FUNCTION).targets(rows).build();

    assertThat(grants.warnings()).noneMatch(warning -> warning.contains("nothing is granted"));
    for (StoredTarget row : rows) {
      Map<String, @Nullable Object> columns = new LinkedHashMap<>(row.columns());
      columns.put("active", true);
      TargetConfig target = TargetConfig.fromRow(columns);
      List<Permission> needed = permissions(target);
      boolean isAssumed =
          needed.stream().anyMatch(permission -> permission.action().equals("sts:AssumeRole"));
      for (Permission permission : needed) {
        PolicyDocument policy =
            isAssumed && !permission.action().equals("sts:AssumeRole")
                ? role(grants, String.valueOf(target.role())).permissions()
                : grants.permissions();
        assertThat(policy.grants())
            .as("%s for %s", permission, row)
            .anyMatch(grant -> covers(grant, permission, row));
      }
    }
  }

  private static TargetRole role(FunctionGrants grants, String arn) {
    return grants.targetRoles().stream()
        .filter(role -> role.arn().equals(arn))
        .findFirst()
        .orElseThrow();
  }

  /** What a provider cannot name because it knows no account has to be named by its own name. */
  private static boolean covers(Grant grant, Permission permission, StoredTarget row) {
    if (!grant.action().equals(permission.action())) {
      return false;
    }
    String name =
        row.text("destination").replaceFirst("\\{.*", "").replaceFirst(".*:function:", "");
    return permission.resource().equals("*")
        ? grant.resource().contains(name)
        : grant.resource().equals(permission.resource());
  }

  @Property(tries = 300)
  void nothing_isGrantedOnEverything(
      @ForAll @Size(max = 8) List<@From("targets") StoredTarget> rows, @ForAll boolean vpc) {
    FunctionGrants grants = FunctionGrants.of(FUNCTION).targets(rows).inVpc(vpc).build();

    List<PolicyDocument> policies = new ArrayList<>(List.of(grants.permissions()));
    grants.targetRoles().forEach(role -> policies.add(role.permissions()));
    for (PolicyDocument policy : policies) {
      assertThat(policy.grants())
          .allSatisfy(
              grant -> {
                assertThat(grant.action()).matches("[a-z0-9-]+:[A-Za-z0-9]+");
                assertThat(grant.resource())
                    .matches(arn -> arn.startsWith("arn:") || grant.action().startsWith("ec2:"));
              });
      assertThat(policy.statements())
          .extracting(statement -> statement.sid())
          .doesNotHaveDuplicates()
          .allMatch(sid -> sid.matches("[A-Za-z0-9]+"));
    }
  }

  @Property(tries = 300)
  void roles_areTrustedByTheirExternalIds(
      @ForAll @Size(max = 8) List<@From("targets") StoredTarget> rows) {
    FunctionGrants grants = FunctionGrants.of(FUNCTION).targets(rows).build();

    for (TargetRole role : grants.targetRoles()) {
      List<StoredTarget> own =
          rows.stream()
              .filter(row -> row.text("role").equals(role.arn()))
              .filter(row -> !Set.of("redis", "memcached", "http").contains(row.text("type")))
              .toList();
      boolean isAskedFor = own.stream().noneMatch(row -> row.text("externalId").isEmpty());
      Grant trust = role.trust().grants().iterator().next();
      assertThat(role.trust().grants()).hasSize(1);
      assertThat(trust.principals()).isEqualTo(Map.of("AWS", List.of(grants.role())));
      if (isAskedFor) {
        assertThat(trust.conditions().get("StringEquals").get("sts:ExternalId"))
            .containsExactlyInAnyOrderElementsOf(
                own.stream().map(row -> row.text("externalId")).distinct().toList());
      } else {
        assertThat(trust.conditions()).isEmpty();
      }
      assertThat(grants.permissions().grants())
          .anyMatch(
              grant ->
                  grant.action().equals("sts:AssumeRole") && grant.resource().equals(role.arn()));
    }
  }
}
