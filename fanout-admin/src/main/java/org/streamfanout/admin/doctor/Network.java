package org.streamfanout.admin.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Route;
import software.amazon.awssdk.services.ec2.model.RouteState;
import software.amazon.awssdk.services.ec2.model.RouteTable;
import software.amazon.awssdk.services.ec2.model.SecurityGroup;
import software.amazon.awssdk.services.ec2.model.VpcEndpoint;
import software.amazon.awssdk.services.ec2.model.VpcEndpointType;

/**
 * The network around a function in a VPC.
 *
 * @param vpc its id
 * @param region its region
 * @param subnets the function's
 * @param tables all route tables of the VPC
 * @param endpoints all endpoints of the VPC
 * @param groups the function's security groups
 */
record Network(
    String vpc,
    String region,
    List<String> subnets,
    List<RouteTable> tables,
    List<VpcEndpoint> endpoints,
    List<SecurityGroup> groups) {

  private static final String EVERYWHERE = "0.0.0.0/0";
  private static final String VPC_FILTER = "vpc-id";
  private static final int HTTPS = 443;

  /** Asks EC2; nothing, and it is written down, if it does not tell. */
  static Optional<Network> ask(Facts facts, FunctionFacts function, Notes notes) {
    Ec2Client ec2 = facts.clients().client(Ec2Client.class, Ec2Client::builder, function.region());
    String subject = function.subject();
    Optional<String> vpc =
        notes
            .ask(
                subject,
                "look up its subnets",
                "ec2:DescribeSubnets",
                "one of its subnets is gone: " + String.join(", ", function.subnets()),
                () ->
                    ec2.describeSubnets(request -> request.subnetIds(function.subnets())).subnets())
            .filter(subnets -> !subnets.isEmpty())
            .map(subnets -> subnets.get(0).vpcId());
    if (vpc.isEmpty()) {
      return Optional.empty();
    }
    Filter ofVpc = Filter.builder().name(VPC_FILTER).values(vpc.get()).build();
    Optional<List<RouteTable>> tables =
        notes.ask(
            subject,
            "look up the routes of " + vpc.get(),
            "ec2:DescribeRouteTables",
            () -> {
              List<RouteTable> all = new ArrayList<>();
              ec2.describeRouteTablesPaginator(request -> request.filters(ofVpc))
                  .routeTables()
                  .forEach(all::add);
              return all;
            });
    Optional<List<VpcEndpoint>> endpoints =
        notes.ask(
            subject,
            "look up the endpoints of " + vpc.get(),
            "ec2:DescribeVpcEndpoints",
            () -> {
              List<VpcEndpoint> all = new ArrayList<>();
              ec2.describeVpcEndpointsPaginator(request -> request.filters(ofVpc))
                  .vpcEndpoints()
                  .forEach(all::add);
              return all;
            });
    Optional<List<SecurityGroup>> groups =
        notes.ask(
            subject,
            "look up its security groups",
            "ec2:DescribeSecurityGroups",
            "one of its security groups is gone: " + String.join(", ", function.securityGroups()),
            () ->
                ec2.describeSecurityGroups(request -> request.groupIds(function.securityGroups()))
                    .securityGroups());
    if (tables.isEmpty() || endpoints.isEmpty() || groups.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Network(
            vpc.get(),
            function.region(),
            function.subnets(),
            tables.get(),
            endpoints.get(),
            groups.get()));
  }

  /** Returns the table of a subnet: its own, else the main one; null if neither is told. */
  @Nullable RouteTable tableOf(String subnet) {
    RouteTable main = null;
    for (RouteTable table : tables) {
      for (var association : table.associations()) {
        if (subnet.equals(association.subnetId())) {
          return table;
        }
        if (Boolean.TRUE.equals(association.main())) {
          main = table;
        }
      }
    }
    return main;
  }

  /**
   * Returns whether a subnet has a way out: a NAT gateway, a transit gateway, an instance or an
   * interface. An internet gateway is none, since a function has no public address.
   */
  boolean leads(String subnet) {
    RouteTable table = tableOf(subnet);
    return table != null
        && table.routes().stream()
            .filter(route -> EVERYWHERE.equals(route.destinationCidrBlock()))
            .anyMatch(Network::leadsOut);
  }

  private static boolean leadsOut(Route route) {
    return route.state() != RouteState.BLACKHOLE
        && (route.natGatewayId() != null
            || route.transitGatewayId() != null
            || route.instanceId() != null
            || route.networkInterfaceId() != null);
  }

  /** Returns the endpoint of a service of the VPC's region that a subnet reaches; null for none. */
  @Nullable VpcEndpoint endpoint(String service, String subnet) {
    RouteTable table = tableOf(subnet);
    for (VpcEndpoint each : endpoints) {
      boolean isOfService =
          each.serviceName() != null && each.serviceName().endsWith("." + service);
      boolean isAvailable = "available".equalsIgnoreCase(each.stateAsString());
      boolean isRouted =
          each.vpcEndpointType() != VpcEndpointType.GATEWAY
              || (table != null && each.routeTableIds().contains(table.routeTableId()));
      if (isOfService && isAvailable && isRouted) {
        return each;
      }
    }
    return null;
  }

  /** Returns whether some route leads to another VPC: by peering or by a transit gateway. */
  boolean leadsToOthers() {
    return tables.stream()
        .flatMap(table -> table.routes().stream())
        .anyMatch(
            route -> route.vpcPeeringConnectionId() != null || route.transitGatewayId() != null);
  }

  /** Returns whether some security group lets calls by HTTPS out. */
  boolean letsHttpsOut() {
    return groups.stream()
        .flatMap(group -> group.ipPermissionsEgress().stream())
        .anyMatch(
            rule ->
                "-1".equals(rule.ipProtocol())
                    || ("tcp".equals(rule.ipProtocol())
                        && rule.fromPort() != null
                        && rule.toPort() != null
                        && rule.fromPort() <= HTTPS
                        && rule.toPort() >= HTTPS));
  }
}
