package org.streamfanout.admin.doctor;

import java.util.List;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.lambda.model.EndPointType;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;

/** Under which ids the targets of an event source mapping are registered. */
final class Mapped {
  private Mapped() {}

  static List<String> sources(EventSourceMappingConfiguration mapping) {
    String arn = mapping.eventSourceArn();
    if (arn == null) {
      if (mapping.selfManagedEventSource() == null) {
        return List.of();
      }
      List<String> servers =
          mapping
              .selfManagedEventSource()
              .endpoints()
              .getOrDefault(EndPointType.KAFKA_BOOTSTRAP_SERVERS, List.of());
      return mapping.topics().stream()
          .map(topic -> Source.of("kafka://" + String.join(",", servers) + "/" + topic).id())
          .toList();
    }
    if (arn.contains(":kafka:")) {
      String prefix = arn.replaceFirst(":cluster/", ":topic/");
      return mapping.topics().stream().map(topic -> prefix + "/" + topic).toList();
    }
    return Arn.parse(arn)
        .filter(parsed -> List.of("kinesis", "dynamodb", "sqs").contains(parsed.service()))
        .map(parsed -> List.of(Source.of(arn).id()))
        .orElse(List.of());
  }

  /** Returns what a mapping is called by people. */
  static String subject(EventSourceMappingConfiguration mapping) {
    return "mapping "
        + mapping.uuid()
        + " of "
        + (mapping.eventSourceArn() != null
            ? mapping.eventSourceArn()
            : String.join(", ", sources(mapping)));
  }
}
