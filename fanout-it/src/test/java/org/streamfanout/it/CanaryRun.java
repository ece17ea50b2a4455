package org.streamfanout.it;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.lambda.EmfMetrics;
import org.streamfanout.lambda.FanoutRequestHandler;
import org.streamfanout.lambda.LambdaOptions;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;

/**
 * A process of its own that says everything it can: every logger of the library at TRACE, every
 * value's text, every event, every metric, every stack trace. {@link CanaryTest} reads along.
 *
 * <p>The services are one stand-in that echoes what it was sent in each of its errors, as some
 * services do; Redis, Memcached and Kafka are ports where nobody answers.
 */
final class CanaryRun {
  private static final List<Source> SOURCES = List.of(Records.KINESIS, Records.KAFKA);

  /** A type of target, where it leads and the options that it cannot do without. */
  private record Type(String name, String destination, Map<String, String> options) {}

  private enum Mood {
    WELL,
    REJECTING,
    THROTTLING,
    DENYING,
    BROKEN,
    SILENT
  }

  private CanaryRun() {}

  private static List<Type> types(int port, String nobody) {
    return List.of(
        new Type("sqs", "arn:aws:sqs:eu-west-1:123456789012:q", Map.of()),
        new Type("sns", "arn:aws:sns:eu-west-1:123456789012:t", Map.of()),
        new Type("kinesis", "arn:aws:kinesis:eu-west-1:123456789012:stream/s", Map.of()),
        new Type("firehose", "arn:aws:firehose:eu-west-1:123456789012:deliverystream/d", Map.of()),
        new Type("dynamodb", "t", Map.of("partitionKey", "n")),
        new Type("eventbridge", "arn:aws:events:eu-west-1:123456789012:event-bus/b", Map.of()),
        new Type("lambda", "arn:aws:lambda:eu-west-1:123456789012:function:f", Map.of()),
        new Type("iot", "abc123-ats.iot.eu-west-1.amazonaws.com#topic", Map.of()),
        new Type(
            "opensearch",
            "search-x-abcdefghijklmnopqrstuvwxyz.eu-west-1.es.amazonaws.com#index",
            Map.of()),
        new Type("s3", "s3://bucket/orders", Map.of()),
        new Type(
            "http",
            "http://127.0.0.1:" + port + "/hook",
            Map.of("auth", "bearer", "secret", "canary")),
        new Type("http", "http://" + nobody + "/", Map.of("auth", "hmac", "secret", "canary")),
        new Type("redis", nobody, Map.of("user", "u", "password", "canary", "tls", "false")),
        new Type("memcached", nobody, Map.of()),
        new Type(
            "kafka",
            nobody + "/topic",
            Map.of("security", "sasl_scram", "user", "u", "password", "canary")),
        new Type("memory", "anywhere", Map.of()),
        new Type("thrower", "anywhere", Map.of()));
  }

  public static void main(String[] arguments) throws Exception {
    LoggerFactory.getLogger("org.streamfanout.canary").trace("logged at TRACE");
    if (arguments.length > 0) {
      // What must be found: shows that the one who reads along would notice.
      LoggerFactory.getLogger("org.streamfanout.canary").trace("leaked: {}", arguments[0]);
      return;
    }
    try (RecordingEndpoint endpoint = RecordingEndpoint.start()) {
      for (Mood mood : Mood.values()) {
        System.out.println("== " + mood);
        endpoint.answer(request -> answer(request, mood));
        for (Source source : SOURCES) {
          run(endpoint, source, mood);
        }
      }
    }
    lambda();
    System.out.println("== complete");
    System.out.flush();
    System.exit(0);
  }

  /** Returns a host and port where nobody listens. */
  private static String nobody() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  private static FanoutEngine.Builder builder(String endpoint, InMemoryTargetRegistry registry) {
    return FanoutEngine.builder()
        .registry(registry)
        .provider(InMemoryTarget.ofType("memory"))
        .provider(
            InMemoryTarget.ofType("thrower")
                .always(
                    sending -> {
                      throw new IllegalStateException(
                          "cannot send " + sending.batch().messages().get(0).body().utf8(),
                          new IllegalArgumentException(Canaries.PASSWORD));
                    }))
        .setting(ProviderContext.ENDPOINT_URL, endpoint)
        .setting(ProviderContext.REGION, "eu-west-1")
        .setting(ProviderContext.ALLOWED_HOSTS, "127.0.0.1")
        .setting(ProviderContext.SECRET_PREFIX + "canary", Canaries.PASSWORD)
        .circuit(new CircuitOptions(1_000, 1_000, 100, Duration.ofSeconds(1), 1))
        .retry(
            new RetryPolicy(2, Duration.ofSeconds(2), Duration.ofMillis(1), Duration.ofMillis(5)));
  }

  private static void run(RecordingEndpoint endpoint, Source source, Mood mood) throws Exception {
    InMemoryTargetRegistry registry = new InMemoryTargetRegistry();
    List<TargetConfig> targets = new ArrayList<>();
    int number = 0;
    for (Type type : types(endpoint.uri().getPort(), nobody())) {
      TargetConfig target =
          TargetConfig.builder(source, type.name() + number++, type.name(), type.destination())
              .role("arn:aws:iam::123456789012:role/fan/out")
              .externalId(Canaries.EXTERNAL_ID)
              .region("eu-west-1")
              .deaggregate(true)
              .onFailure(number % 2 == 0 ? OnFailure.HOLD : OnFailure.DROP)
              .filter(number % 3 == 0 ? "{\"data\":{\"secret\":[{\"exists\":true}]}}" : null)
              .options(type.options())
              .build();
      targets.add(target);
      registry.put(target);
    }
    EmfMetrics metrics = new EmfMetrics("canary", System.out, Clock.systemUTC());
    SourceBatch batch = Canaries.batch(source);
    System.out.println(targets + "\n" + batch + "\n" + batch.records());
    try (FanoutEngine engine =
        builder(endpoint.uri().toString(), registry)
            .listener(metrics)
            .listener(new Printing())
            .build()) {
      System.out.println(engine.prime(source));
      FanoutResult result = engine.process(batch, Deadline.after(Duration.ofSeconds(8)));
      System.out.println(result + "\n" + result.targets() + "\n" + result.left());
      if (mood == Mood.WELL || mood == Mood.THROTTLING) {
        System.out.println(engine.resume(result.left(), Deadline.after(Duration.ofSeconds(2))));
      }
      metrics.flush();
    }
  }

  /** Prints events, and what they carry. */
  private static final class Printing implements FanoutListener {
    @Override
    public void sent(SendEvent event) {
      System.out.println(event);
    }

    @Override
    public void retrying(RetryEvent event) {
      System.out.println(event);
    }

    @Override
    public void settled(TargetEvent event) {
      System.out.println(event);
    }

    @Override
    public void finished(FanoutEvent event) {
      System.out.println(event);
    }
  }

  private static Response answer(Request request, Mood mood) throws Exception {
    if (request.text().contains("Action=AssumeRole")) {
      return Response.of(
          200,
          "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIACANARY"
              + "</AccessKeyId><SecretAccessKey>"
              + Canaries.SECRET_KEY
              + "</SecretAccessKey><SessionToken>"
              + Canaries.TOKEN
              + "</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
              + "</AssumeRoleResult></AssumeRoleResponse>");
    }
    return switch (mood) {
      case WELL -> Response.of(200, "{}");
      case REJECTING -> error(request, 400, "ValidationException");
      case THROTTLING -> error(request, 429, "ThrottlingException");
      // Of a denial AWS's own text is shown, which names principals and resources only.
      case DENYING ->
          Response.of(
                  403,
                  "{\"__type\":\"AccessDeniedException\",\"message\":\"User: arn:aws:iam::1:user/x is"
                      + " not authorized to perform: y\"}")
              .with("x-amzn-ErrorType", "AccessDeniedException");
      case BROKEN -> error(request, 500, "InternalFailure");
      case SILENT -> null;
    };
  }

  /**
   * An error in each of the forms that services have, with all that the request had in its text.
   */
  private static Response error(Request request, int status, String code) {
    String echo =
        (request.text() + " " + Canaries.PAYLOAD + " " + request.headers())
            .replaceAll("[\\\\\"<>&\\p{Cntrl}]", " ");
    String accept = String.valueOf(request.header("content-type"));
    String body =
        accept.contains("x-www-form-urlencoded") || request.method().equals("PUT")
            ? "<ErrorResponse><Error><Code>"
                + code
                + "</Code><Message>"
                + echo
                + "</Message></Error></ErrorResponse>"
            : "{\"__type\":\""
                + code
                + "\",\"message\":\""
                + echo
                + "\",\"error\":{\"type\":\""
                + code
                + "\",\"reason\":\""
                + echo
                + "\"}}";
    return Response.of(status, body).with("x-amzn-ErrorType", code);
  }

  private static void lambda() throws Exception {
    InMemoryTargetRegistry registry = new InMemoryTargetRegistry();
    for (Source source : List.of(Records.KINESIS, Records.DYNAMODB)) {
      registry.put(
          TargetConfig.builder(source, "t-" + source.type(), "thrower", "anywhere")
              .convertDdb(true)
              .build());
    }
    EmfMetrics metrics = new EmfMetrics("canary", System.out, Clock.systemUTC());
    try (FanoutEngine engine = builder("http://127.0.0.1:1", registry).listener(metrics).build()) {
      FanoutRequestHandler handler =
          new FanoutRequestHandler(engine, LambdaOptions.DEFAULT, metrics);
      for (Map.Entry<String, String> event : Canaries.lambdaEvents().entrySet()) {
        System.out.println("== Lambda: " + event.getKey());
        try {
          handler.handleRequest(
              new ByteArrayInputStream(event.getValue().getBytes(StandardCharsets.UTF_8)),
              new ByteArrayOutputStream(),
              context());
        } catch (RuntimeException e) {
          e.printStackTrace(System.out);
        }
      }
    }
  }

  /** Half a minute left; the handler asks for nothing else. */
  private static Context context() {
    return (Context)
        Proxy.newProxyInstance(
            Context.class.getClassLoader(),
            new Class<?>[] {Context.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getRemainingTimeInMillis")) {
                return 30_000;
              }
              throw new AssertionError("the handler asks for the time left only");
            });
  }
}
