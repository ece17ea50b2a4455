package org.streamfanout.provider.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
 * A stand-in for Lambda's Invoke, which has no server here: it takes Kinesis events, and gives the
 * answers and errors of <a
 * href="https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html">Invoke</a> (as known
 * 2026-11).
 */
final class LambdaStandIn extends StandInDestination {
  static final String FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:f";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MAX_PAYLOAD = 1_048_576;

  LambdaStandIn() {
    super(LambdaStandIn::take);
  }

  static Response error(int status, String code) {
    return Response.of(status, "{\"Type\":\"User\",\"message\":\"sesame\"}")
        .with("Content-Type", "application/json")
        .with("x-amzn-ErrorType", code);
  }

  @Override
  public TargetConfig target() {
    return TargetConfig.builder(Records.KINESIS, "t", "lambda", FUNCTION).build();
  }

  @Override
  public void configure(TestContext context) {
    context.set(ProviderContext.ENDPOINT_URL, "http://127.0.0.1:" + port());
  }

  private static Response take(Request request, List<Bytes> arrived) throws Exception {
    if (request.body().length >= MAX_PAYLOAD) {
      return error(413, "RequestTooLargeException");
    }
    for (JsonNode record : JSON.readTree(request.body()).get("Records")) {
      arrived.add(Bytes.wrap(record.at("/kinesis/data").binaryValue()));
    }
    return Response.of(202, "");
  }

  @Override
  protected Response answerIn(Trouble trouble) {
    return switch (trouble) {
      case THROTTLED -> error(429, "TooManyRequestsException");
      case SERVER_ERROR -> error(500, "ServiceException");
      case EXPIRED_CREDENTIALS -> error(403, "ExpiredTokenException");
      case DENIED -> error(403, "AccessDeniedException");
      case MISSING -> error(404, "ResourceNotFoundException");
      default -> throw new IllegalArgumentException(trouble + " is the network's");
    };
  }
}
