package org.streamfanout.provider.iot;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.ProxiedDestination;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testkit.Trouble;

/**
 * A stand-in for the data plane of IoT Core, which has no server here, with the answers and errors
 * of <a href="https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_Publish.html">
 * Publish</a> (as known 2026-11).
 */
final class IotStandIn extends ProxiedDestination {
  static final String DESTINATION = "a1b2c3-ats.iot.eu-west-1.amazonaws.com#a/topic";

  private static final int MAX_PAYLOAD = 131_072;

  private final RecordingEndpoint endpoint;
  private final List<Bytes> arrived = new CopyOnWriteArrayList<>();

  private IotStandIn(RecordingEndpoint endpoint) {
    super(endpoint.uri().getPort());
    this.endpoint = endpoint;
    answerWell();
  }

  static IotStandIn start() {
    return new IotStandIn(RecordingEndpoint.start());
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
    TestClients.install(context);
  }

  @Override
  public List<Bytes> arrived() {
    return List.copyOf(arrived);
  }

  @Override
  protected int callsOfServer() {
    return endpoint.requests().size();
  }

  @Override
  protected void answerWell() {
    endpoint.answer(this::take);
  }

  private Response take(Request request) {
    if (request.body().length > MAX_PAYLOAD) {
      return error(413, "RequestEntityTooLargeException");
    }
    arrived.add(Bytes.wrap(request.body()));
    return Response.of(200, "{\"message\":\"OK\",\"traceId\":\"t\"}");
  }

  @Override
  protected void answerWith(Trouble trouble) {
    endpoint.answer(
        switch (trouble) {
          case THROTTLED -> error(429, "ThrottlingException");
          case SERVER_ERROR -> error(500, "InternalFailureException");
          case EXPIRED_CREDENTIALS -> error(403, "ExpiredTokenException");
          case DENIED -> error(403, "ForbiddenException");
          case MISSING -> error(404, "ResourceNotFoundException");
          default -> throw new IllegalArgumentException(trouble + " is the network's");
        });
  }

  @Override
  public void close() {
    super.close();
    endpoint.close();
  }
}
