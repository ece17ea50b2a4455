package org.streamfanout.provider.firehose;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.AwsDestination;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TargetProviderKit;

/**
 * Against a stand-in, since there is no server of Firehose: it takes every record of a
 * PutRecordBatch. The fault proxy in between fails as Firehose documents it.
 */
class FirehoseTargetProviderKitTest extends TargetProviderKit {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  protected TargetProvider provider() {
    return new FirehoseTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return new Stream(new StandIn());
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "firehose", "a stream")
                .role("r")
                .externalId("x")
                .region("y")
                .options(Map.of("sessionPolicy", "all", "flatten", "X", "removes", "some"))
                .build(),
            List.of(
                "'a stream'",
                "role 'r'",
                "externalId",
                "region 'y'",
                "'sessionPolicy'",
                "'X'",
                "DynamoDB",
                "'removes'")));
  }

  /** A name is looked up in the target's account and region, whatever else it looks like. */
  @Override
  protected Predicate<String> isHarmless() {
    return destination -> destination.matches("[A-Za-z0-9_.-]{1,64}");
  }

  /** Answers as Firehose does, and keeps what it took. */
  private static final class StandIn {
    private final RecordingEndpoint endpoint = RecordingEndpoint.start().answer(this::answer);
    private final List<Bytes> taken = new CopyOnWriteArrayList<>();

    private Response answer(Request request) throws IOException {
      ArrayNode results = JSON.createArrayNode();
      for (JsonNode record : JSON.readTree(request.body()).path("Records")) {
        taken.add(Bytes.wrap(record.get("Data").binaryValue()));
        results.add(JSON.createObjectNode().put("RecordId", "record-" + taken.size()));
      }
      ObjectNode answer = JSON.createObjectNode().put("FailedPutCount", 0);
      answer.set("RequestResponses", results);
      return Response.of(200, answer.toString()).with("Content-Type", "application/x-amz-json-1.1");
    }
  }

  private static final class Stream extends AwsDestination {
    private final StandIn standIn;

    Stream(StandIn standIn) {
      super(standIn.endpoint.uri(), "PutRecordBatch");
      this.standIn = standIn;
    }

    @Override
    public TargetConfig target() {
      return TargetConfig.builder(Records.KINESIS, "kit", "firehose", "stream").build();
    }

    @Override
    public List<Bytes> arrived() {
      return List.copyOf(standIn.taken);
    }

    @Override
    public void close() {
      super.close();
      standIn.endpoint.close();
    }
  }
}
