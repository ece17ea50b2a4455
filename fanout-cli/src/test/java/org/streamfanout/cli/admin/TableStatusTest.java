package org.streamfanout.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamfanout.admin.TargetCheck;
import org.streamfanout.admin.TargetsTable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

class TableStatusTest {
  private final StandIn table = new StandIn();
  private final SetClock clock = new SetClock();
  private final TargetCheck check = TargetCheck.with(Map.of());
  private final TableStatus status =
      new TableStatus("targets", TargetsTable.of(table, "targets"), check, clock);

  /** Stands in for DynamoDB: one page with one row. */
  private static final class StandIn implements DynamoDbClient {
    private int scans;
    private String destination = "http://me:canary@host/hook-canary";

    @Override
    public ScanResponse scan(ScanRequest request) {
      scans++;
      return ScanResponse.builder()
          .items(
              List.of(
                  Map.of(
                      "sourceArn",
                      AttributeValue.fromS("arn:aws:kinesis:us-east-1:123456789012:stream/s"),
                      "id",
                      AttributeValue.fromS("t"),
                      "type",
                      AttributeValue.fromS("http"),
                      "destination",
                      AttributeValue.fromS(destination),
                      "active",
                      AttributeValue.fromBool(true))))
          .build();
    }

    @Override
    public String serviceName() {
      return "dynamodb";
    }

    @Override
    public void close() {}
  }

  private static final class SetClock extends Clock {
    private Instant now = Instant.parse("2026-11-01T00:00:00Z");

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @AfterEach
  void close() {
    check.close();
  }

  private static JsonNode target(ObjectNode part) {
    return part.at("/sources/0/targets/0");
  }

  @Test
  void read_destinationAndProblems_areWithoutSecrets() {
    ObjectNode part = status.read();

    assertThat(target(part).get("destination").asText()).isEqualTo("http://host/...");
    assertThat(target(part).get("problems")).isNotEmpty();
    assertThat(target(part).get("trouble").get(0).asText()).isEqualTo("INVALID");
    assertThat(part.toString()).doesNotContain("canary");
  }

  @Test
  void readNowAndThen_withinHalfAMinute_readsOnce() {
    ObjectNode first = status.readNowAndThen();
    table.destination = "http://other/";
    clock.pass(Duration.ofSeconds(29));
    assertThat(status.readNowAndThen()).isEqualTo(first);
    assertThat(table.scans).isEqualTo(1);

    clock.pass(Duration.ofSeconds(1));
    ObjectNode next = status.readNowAndThen();
    assertThat(table.scans).isEqualTo(2);
    assertThat(target(next).get("destination").asText()).isEqualTo("http://other/");
    assertThat(next.get("at").asText()).isEqualTo("2026-11-01T00:00:30Z");
  }

  @Test
  void readNowAndThen_whatACallerDoesToIt_isItsOwn() {
    status.readNowAndThen().removeAll();

    assertThat(target(status.readNowAndThen()).get("id").asText()).isEqualTo("t");
  }
}
