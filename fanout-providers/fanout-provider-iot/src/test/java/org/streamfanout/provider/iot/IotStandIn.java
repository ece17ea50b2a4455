package org.streamfanout.provider.iot;

import java.util.List;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.StandInDestination;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testkit.Trouble;

/**
 * A stand-in for the data plane of IoT Core, which has no server here, with the answers and errors
 * of <a href="https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_Publish.html">
 * Publish</a> (as known 2026-11).
 */
final class IotStandIn extends StandInDestination {
  static final String DESTINATION = "a1b2c3-ats.iot.eu-west-1.amazonaws.com#a/topic";

  private static final int MAX_PAYLOAD = 131_072;

  IotStandIn() {
    super(IotStandIn::take);
  }

  static Response error(int status, String code) {
    return Response.of(status, "{\"message\":\"sesame\",\"traceId\":\"t\"}")
        .with("Content-Type", "application/json")
        .with("x-amzn-ErrorType", code);
  }

  @Override
  public TargetConfig target() {
    return TargetConfig.builder(Records.KINESIS, "t", "iot", DESTINATION).build();
  }

  @Override
  public void configure(TestContext context) {
    context.set(ProviderContext.ENDPOINT_URL, "http://127.0.0.1:" + port());
  }

  private static Response take(Request request, List<Bytes> arrived) {
    if (request.body().length > MAX_PAYLOAD) {
      return error(413, "RequestEntityTooLargeException");
    }
    arrived.add(Bytes.wrap(request.body()));
    return Response.of(200, "{\"message\":\"OK\",\"traceId\":\"t\"}");
  }

  @Override
  protected Response answerIn(Trouble trouble) {
    return switch (trouble) {
      case THROTTLED -> error(429, "ThrottlingException");
      case SERVER_ERROR -> error(500, "InternalFailureException");
      case EXPIRED_CREDENTIALS -> error(403, "ExpiredTokenException");
      case DENIED -> error(403, "ForbiddenException");
      case MISSING -> error(404, "ResourceNotFoundException");
      default -> throw new IllegalArgumentException(trouble + " is the network's");
    };
  }
}
