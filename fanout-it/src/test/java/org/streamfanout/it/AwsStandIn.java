package org.streamfanout.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;

/**
 * A stand-in for STS and for the services that roles are assumed for, since there is no server that
 * knows roles: hands out credentials of their own for each AssumeRole, and lets the first ones of
 * each role end after some calls.
 */
final class AwsStandIn implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern CREDENTIAL =
      Pattern.compile("Credential=([^/]+)/\\d+/([^/]+)/([^/]+)/aws4_request");

  private final RecordingEndpoint endpoint = RecordingEndpoint.start().answer(this::answer);
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();
  private final Map<Session, AtomicInteger> generations = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> uses = new ConcurrentHashMap<>();
  private final int firstLasts;

  /**
   * Whom credentials are for.
   *
   * @param policy the session's; empty for none
   */
  record Session(String role, String externalId, String policy) {}

  /**
   * A call of a service, as the wire shows it.
   *
   * @param session whose credentials signed it; null if nobody's that were handed out
   * @param token the session token that came along
   */
  record Call(
      String keyId, Session session, String region, String service, String token, String text) {}

  /** How a service answers a call that all is well with. */
  @FunctionalInterface
  interface Answer {
    Response of(Request request) throws IOException;
  }

  private final Map<String, Answer> services;

  /**
   * Starts.
   *
   * @param services the services by the name that signatures carry
   * @param firstLasts how many calls the first credentials of each session are good for
   */
  AwsStandIn(Map<String, Answer> services, int firstLasts) {
    this.services = Map.copyOf(services);
    this.firstLasts = firstLasts;
  }

  URI uri() {
    return endpoint.uri();
  }

  private Response answer(Request request) throws IOException {
    Call call = call(request);
    if (call.service().equals("sts")) {
      return assumed(session(request));
    }
    boolean isFirst = call.keyId().endsWith("G1");
    int use = uses.computeIfAbsent(call.keyId(), key -> new AtomicInteger()).incrementAndGet();
    return isFirst && use > firstLasts
        ? expired(call.service())
        : Objects.requireNonNull(services.get(call.service()), call.service()).of(request);
  }

  private static Session session(Request request) {
    Map<String, String> form = new HashMap<>();
    for (String pair : request.text().split("&")) {
      String[] parts = pair.split("=", 2);
      form.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return new Session(
        form.getOrDefault("RoleArn", ""),
        form.getOrDefault("ExternalId", ""),
        form.getOrDefault("Policy", ""));
  }

  /** Key ids end in G1 for the first credentials of a session, G2 for the second, and so on. */
  private Response assumed(Session session) {
    int generation =
        generations.computeIfAbsent(session, any -> new AtomicInteger()).incrementAndGet();
    String keyId = "ASIA" + Integer.toHexString(session.hashCode()) + "G" + generation;
    sessions.put(keyId, session);
    return Response.of(
        200,
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
            + "<AssumeRoleResult><Credentials><AccessKeyId>"
            + keyId
            + "</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token-"
            + keyId
            + "</SessionToken><Expiration>"
            + Instant.now().plus(Duration.ofMinutes(15))
            + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
  }

  private static Response expired(String service) {
    if (service.equals("s3")) {
      return Response.of(
          400, "<Error><Code>ExpiredToken</Code><Message>The token has expired.</Message></Error>");
    }
    return service.equals("sns")
        ? Response.of(
            403,
            "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>m</Message>"
                + "</Error><RequestId>r</RequestId></ErrorResponse>")
        : json(
                400,
                JSON.createObjectNode()
                    .put("__type", "ExpiredTokenException")
                    .put("message", "The security token included in the request is expired"))
            .with("x-amzn-ErrorType", "ExpiredTokenException");
  }

  private Call call(Request request) {
    Matcher credential =
        CREDENTIAL.matcher(Objects.requireNonNullElse(request.header("authorization"), ""));
    if (!credential.find()) {
      throw new AssertionError("a call that nobody signed: " + request.headers());
    }
    return new Call(
        credential.group(1),
        sessions.get(credential.group(1)),
        credential.group(2),
        credential.group(3),
        request.header("x-amz-security-token"),
        request.path() + " " + request.text());
  }

  /** Returns the calls of services so far. */
  List<Call> calls() {
    return endpoint.requests().stream()
        .map(this::call)
        .filter(call -> !call.service().equals("sts"))
        .toList();
  }

  /** Returns whom roles were assumed for so far, once for each AssumeRole. */
  List<Session> assumeRoles() {
    List<Session> assumed = new ArrayList<>();
    for (Request request : endpoint.requests()) {
      if (call(request).service().equals("sts")) {
        assumed.add(session(request));
      }
    }
    return assumed;
  }

  static Response sqs(Request request) throws IOException {
    ArrayNode successful = JSON.createArrayNode();
    for (JsonNode entry : JSON.readTree(request.body()).path("Entries")) {
      successful
          .addObject()
          .put("Id", entry.get("Id").asText())
          .put("MessageId", "m")
          .put("MD5OfMessageBody", md5(entry.get("MessageBody").asText()));
    }
    ObjectNode answer = JSON.createObjectNode();
    answer.set("Successful", successful);
    return json(200, answer);
  }

  static Response sns(Request request) {
    StringBuilder successful = new StringBuilder();
    Matcher ids = Pattern.compile("\\.Id=(\\d+)").matcher(request.text());
    while (ids.find()) {
      successful.append("<member><Id>").append(ids.group(1)).append("</Id>");
      successful.append("<MessageId>m</MessageId></member>");
    }
    return Response.of(
        200,
        "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">"
            + "<PublishBatchResult><Failed/><Successful>"
            + successful
            + "</Successful></PublishBatchResult></PublishBatchResponse>");
  }

  static Response kinesis(Request request) throws IOException {
    return byPlace(request, "Records", "Records", "SequenceNumber");
  }

  static Response firehose(Request request) throws IOException {
    return byPlace(request, "Records", "RequestResponses", "RecordId");
  }

  static Response events(Request request) throws IOException {
    return byPlace(request, "Entries", "Entries", "EventId");
  }

  static Response es(Request request) throws IOException {
    ArrayNode items = JSON.createArrayNode();
    for (String line : request.text().split("\n")) {
      JsonNode action = JSON.readTree(line).path("index");
      if (action.has("_id")) {
        items
            .addObject()
            .putObject("index")
            .put("_id", action.get("_id").asText())
            .put("status", 201);
      }
    }
    ObjectNode answer = JSON.createObjectNode();
    answer.set("items", items);
    return json(200, answer);
  }

  private static Response byPlace(Request request, String asked, String list, String id)
      throws IOException {
    ArrayNode results = JSON.createArrayNode();
    for (JsonNode ignored : JSON.readTree(request.body()).path(asked)) {
      results.addObject().put(id, "id").put("ShardId", "shard");
    }
    ObjectNode answer = JSON.createObjectNode();
    answer.set(list, results);
    return json(200, answer);
  }

  static Response json(int status, JsonNode body) {
    return json(status, body.toString());
  }

  static Response json(int status, String body) {
    return Response.of(status, body).with("Content-Type", "application/x-amz-json-1.1");
  }

  static String md5(String text) {
    return md5(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What SQS answers for an entry's attributes, all of them texts or numbers. */
  static String md5OfAttributes(JsonNode attributes) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    TreeSet<String> names = new TreeSet<>();
    attributes.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      write(out, name);
      write(out, attributes.get(name).get("DataType").asText());
      out.writeByte(1);
      write(out, attributes.get(name).get("StringValue").asText());
    }
    return md5(bytes.toByteArray());
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String md5(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has MD5", impossible);
    }
  }

  @Override
  public void close() {
    endpoint.close();
  }
}
