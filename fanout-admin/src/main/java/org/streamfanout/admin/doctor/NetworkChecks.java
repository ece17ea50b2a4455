package org.streamfanout.admin.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.streamfanout.admin.Shell;
import org.streamfanout.spi.TargetConfig;
import software.amazon.awssdk.services.ec2.model.RouteTable;
import software.amazon.awssdk.services.ec2.model.VpcEndpoint;
import software.amazon.awssdk.services.ec2.model.VpcEndpointType;

/** Whether the function's network lets it reach what it calls: by description, not by trying. */
final class NetworkChecks {
  private static final String NAME = "network";

  /** By type of target: the name of its service's VPC endpoint. */
  private static final Map<String, String> SERVICES =
      Map.of(
          "sqs", "sqs",
          "sns", "sns",
          "kinesis", "kinesis-streams",
          "firehose", "kinesis-firehose",
          "lambda", "lambda",
          "dynamodb", "dynamodb",
          "s3", "s3",
          "eventbridge", "events",
          "iot", "iot.data");

  /** Services whose endpoint is a route, which costs nothing. */
  private static final Set<String> BY_ROUTE = Set.of("dynamodb", "s3");

  /** Hosts that only a VPC reaches: of ElastiCache, of OpenSearch in a VPC, and private ones. */
  private static final Pattern PRIVATE =
      Pattern.compile(
          "\\.cache\\.amazonaws\\.com|(^|[/,@])vpc-[a-z0-9-]+\\.|(^|[/,@])(10\\.\\d|192\\.168\\.|172\\.(1[6-9]|2\\d|3[01])\\.)");

  private NetworkChecks() {}

  private record Called(String service, String region) {}

  static List<Check> of(Facts facts) {
    FunctionFacts function = facts.function();
    return function == null
        ? List.of()
        : List.of(
            new Check(
                NAME,
                function.subject(),
                notes -> {
                  if (function.isInVpc()) {
                    inVpc(facts, function, notes);
                  } else {
                    outside(facts, function, notes);
                  }
                }));
  }

  private static void outside(Facts facts, FunctionFacts function, Notes notes) {
    for (TargetConfig target : facts.targets()) {
      if (PRIVATE.matcher(target.destination()).find()) {
        notes.problem(
            Facts.subject(target),
            target.destination()
                + " can be reached from its VPC only, and the function is in none; put it there",
            "aws lambda update-function-configuration --function-name "
                + Shell.quoted(function.name())
                + " --vpc-config SubnetIds=SUBNET,SecurityGroupIds=GROUP");
      }
    }
    if (notes.isWell()) {
      notes.ok(function.subject(), "is in no VPC, and calls nothing that needs one");
    }
  }

  private static void inVpc(Facts facts, FunctionFacts function, Notes notes) {
    Network.ask(facts, function, notes)
        .ifPresent(
            network -> {
              called(facts, function)
                  .forEach((called, whose) -> look(network, called, whose, notes));
              for (TargetConfig target : facts.targets()) {
                Caches.hostOf(target)
                    .ifPresent(host -> cache(facts, function, network, target, host, notes));
              }
              if (!network.letsHttpsOut()) {
                notes.problem(
                    function.subject(),
                    "none of its security groups lets HTTPS out",
                    Shell.line(
                        "aws",
                        "ec2",
                        "authorize-security-group-egress",
                        "--group-id",
                        function.securityGroups().isEmpty()
                            ? "GROUP"
                            : function.securityGroups().get(0),
                        "--protocol",
                        "tcp",
                        "--port",
                        "443",
                        "--cidr",
                        "0.0.0.0/0"));
              }
              if (notes.isWell()) {
                notes.ok(
                    function.subject(),
                    "is in "
                        + network.vpc()
                        + ", with a way to each service that it calls, by routes and endpoints");
              }
            });
  }

  private static void cache(
      Facts facts,
      FunctionFacts function,
      Network network,
      TargetConfig target,
      String host,
      Notes notes) {
    String subject = Facts.subject(target);
    String vpc = Caches.vpcOf(facts, function, host, subject, notes).orElse(network.vpc());
    if (vpc.isEmpty()) {
      notes.unknown(
          subject,
          "no cache of this account in "
              + function.region()
              + " has the address "
              + host
              + "; one of elsewhere needs a peering of the VPCs");
    } else if (!vpc.equals(network.vpc())) {
      String apart = host + " is in " + vpc + " and the function in " + network.vpc();
      if (network.leadsToOthers()) {
        notes.warning(subject, apart + "; see that the peering between them leads there");
      } else {
        notes.problem(
            subject,
            apart + ", from where no route leads to another VPC; put the function there, or peer");
      }
    }
  }

  /** Returns the services that the function calls, and what for. */
  private static Map<Called, Set<String>> called(Facts facts, FunctionFacts function) {
    Map<Called, Set<String>> called = new LinkedHashMap<>();
    called.put(
        new Called("dynamodb", function.region()),
        new LinkedHashSet<>(Set.of("the targets table")));
    for (TargetConfig target : facts.targets()) {
      String service = SERVICES.get(facts.provider(target).type());
      String region = facts.regionOf(target);
      String there = region == null ? function.region() : region;
      String whose = "target '" + target.id() + "'";
      if (service != null) {
        called.computeIfAbsent(new Called(service, there), at -> new TreeSet<>()).add(whose);
      }
      if (target.claimCheck() != null) {
        called.computeIfAbsent(new Called("s3", there), at -> new TreeSet<>()).add(whose);
      }
      if (target.role() != null) {
        called
            .computeIfAbsent(new Called("sts", function.region()), at -> new TreeSet<>())
            .add("the roles of targets");
      }
    }
    return called;
  }

  private static void look(Network network, Called called, Set<String> whose, Notes notes) {
    String subject = called.service() + " in " + called.region();
    List<String> cutOff = new ArrayList<>();
    for (String subnet : network.subnets()) {
      VpcEndpoint endpoint =
          called.region().equals(network.region())
              ? network.endpoint(called.service(), subnet)
              : null;
      if (endpoint == null && !network.leads(subnet)) {
        cutOff.add(subnet);
      } else if (endpoint != null
          && endpoint.vpcEndpointType() == VpcEndpointType.INTERFACE
          && !Boolean.TRUE.equals(endpoint.privateDnsEnabled())
          && !network.leads(subnet)) {
        notes.problem(
            subject,
            "its endpoint "
                + endpoint.vpcEndpointId()
                + " has no private DNS, and the function calls it by its common name",
            Shell.line(
                "aws",
                "ec2",
                "modify-vpc-endpoint",
                "--vpc-endpoint-id",
                endpoint.vpcEndpointId(),
                "--private-dns-enabled"));
        return;
      }
    }
    if (!cutOff.isEmpty()) {
      notes.problem(
          subject,
          "cannot be reached from "
              + String.join(", ", cutOff)
              + ", for "
              + String.join(", ", whose)
              + ": there is neither an endpoint nor a route by a NAT gateway (an internet gateway"
              + " is no way for a function)",
          network.region().equals(called.region())
              ? new String[] {endpoint(network, called, cutOff)}
              : new String[0]);
    }
  }

  private static String endpoint(Network network, Called called, List<String> subnets) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "aws",
                "ec2",
                "create-vpc-endpoint",
                "--vpc-id",
                network.vpc(),
                "--service-name",
                "com.amazonaws." + called.region() + "." + called.service(),
                "--vpc-endpoint-type"));
    if (BY_ROUTE.contains(called.service())) {
      words.addAll(List.of("Gateway", "--route-table-ids"));
      Set<String> tables = new LinkedHashSet<>();
      for (String subnet : subnets) {
        RouteTable table = network.tableOf(subnet);
        tables.add(table == null ? "TABLE" : table.routeTableId());
      }
      words.addAll(tables);
    } else {
      words.addAll(List.of("Interface", "--private-dns-enabled", "--subnet-ids"));
      words.addAll(subnets);
      words.add("--security-group-ids");
      network.groups().forEach(group -> words.add(group.groupId()));
    }
    return Shell.line(words.toArray(String[]::new));
  }
}
