package org.streamfanout.testservers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * No server of AWS, but a stand-in for what an operator asks of Lambda, Kinesis and DynamoDB around
 * event source mappings. It keeps mappings, functions' settings and consumers, goes through the
 * documented states (two looks each), refuses changes amid them, takes a revision that is old for
 * an error, and pages its lists by two. It was written from the API's reference; Lambda itself may
 * differ.
 *
 * <p>It also watches: whenever a function may name what is unsettled to a mapping that takes every
 * answer for success, that is a {@link #hazards hazard}. A mapping listens from when its change is
 * done until its change back is asked for; a function speaks from when its change is asked for
 * until the change back is done, and to mappings that were there then for its timeout more.
 *
 * <p>Region eu-west-1, account 123456789012. Thread-safe.
 */
public final class MappingsStandIn implements AutoCloseable {
  static {
    // Without it each answer waits some 40 ms for the client's delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /** The function that is there from the start, without a setting of its own. */
  public static final String FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:fanout";

  private static final String REPORT = "ReportBatchItemFailures";
  private static final String SETTING = "FANOUT_PARTIAL_RESPONSES";
  private static final String MAPPINGS = "/2015-03-31/event-source-mappings";
  private static final String FUNCTIONS = "/2015-03-31/functions/";
  private static final Set<String> AT_REST = Set.of("Enabled", "Disabled");
  private static final int PAGE = 2;
  private static final int LOOKS = 2;
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Mapping> mappings = new LinkedHashMap<>();
  private final Map<String, Function> functions = new LinkedHashMap<>();
  private final Map<String, ObjectNode> consumers = new LinkedHashMap<>();
  private final List<Map<String, String>> rows = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private final List<String> hazards = new ArrayList<>();
  private LongSupplier seconds = () -> System.nanoTime() / 1_000_000_000L;
  private int dyingAt = Integer.MAX_VALUE;
  private boolean answerIsLost;
  private int made;
  private int throttled;
  private int unknownRoleAnswers;
  private int patience;
  private String awaited = "";
  private Runnable meanwhile = () -> {};

  private static final class Mapping {
    final ObjectNode said;
    boolean listens;
    String next = "";
    int looks;

    Mapping(ObjectNode said) {
      this.said = said;
    }

    boolean asksToListen() {
      return said.path("FunctionResponseTypes").toString().contains(REPORT);
    }
  }

  private static final class Function {
    final ObjectNode said;
    boolean speaks;
    int looks;
    int revision;
    long speaksUntil = Long.MIN_VALUE;

    Function(ObjectNode said) {
      this.said = said;
    }

    boolean isSetToSpeak() {
      return said.at("/Environment/Variables/" + SETTING).asText().equals("true");
    }
  }

  private record Answer(int status, @Nullable String error, JsonNode body) {
    static Answer ok(int status, JsonNode body) {
      return new Answer(status, null, body);
    }

    static Answer refused(int status, String error, String message) {
      return new Answer(status, error, JSON.createObjectNode().put("message", message));
    }
  }

  private MappingsStandIn() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
    function("fanout", 30, Map.of());
  }

  /** Starts one on a free port of 127.0.0.1. */
  public static MappingsStandIn start() {
    try {
      return new MappingsStandIn();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on 127.0.0.1", e);
    }
  }

  /** Returns where it listens. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Forgets everything that was made and called. */
  public void reset() {
    lock.lock();
    try {
      mappings.clear();
      functions.clear();
      consumers.clear();
      rows.clear();
      calls.clear();
      hazards.clear();
      dyingAt = Integer.MAX_VALUE;
    } finally {
      lock.unlock();
    }
    function("fanout", 30, Map.of());
  }

  /** Puts a function, or a version of one as {@code name:version}, in place of what is there. */
  public void function(String name, int timeout, Map<String, String> variables) {
    lock.lock();
    try {
      ObjectNode said =
          JSON.createObjectNode()
              .put("FunctionArn", arn(name))
              .put("Timeout", timeout)
              .put("State", "Active")
              .put("LastUpdateStatus", "Successful")
              .put("RevisionId", "0");
      said.putObject("Environment").set("Variables", JSON.valueToTree(variables));
      Function function = new Function(said);
      function.speaks = function.isSetToSpeak();
      functions.put(name, function);
    } finally {
      lock.unlock();
    }
  }

  /** Puts a mapping that is at rest; returns its id. */
  public String mapping(String function, String members) {
    lock.lock();
    try {
      Mapping mapping = new Mapping((ObjectNode) read(members.replace('\'', '"')));
      String uuid = "made-" + ++made;
      mapping.said.put("UUID", uuid).put("FunctionArn", arn(function));
      if (!mapping.said.has("State")) {
        mapping.said.put("State", "Enabled");
      }
      mapping.listens = mapping.asksToListen();
      mappings.put(uuid, mapping);
      return uuid;
    } finally {
      lock.unlock();
    }
  }

  /** Puts a row into the targets table, whatever the table. */
  public void row(Map<String, String> columns) {
    lock.lock();
    try {
      rows.add(Map.copyOf(columns));
    } finally {
      lock.unlock();
    }
  }

  /** Sets the clock, in seconds, that invocations under way end by. */
  public void clock(LongSupplier newSeconds) {
    seconds = Objects.requireNonNull(newSeconds, "seconds");
  }

  /**
   * Refuses all calls from one on, as if whoever calls had died.
   *
   * @param call counted from 1, from the start
   * @param afterwards whether that one still takes effect
   */
  public void dieAt(int call, boolean afterwards) {
    lock.lock();
    try {
      dyingAt = call;
      answerIsLost = afterwards;
    } finally {
      lock.unlock();
    }
  }

  /** Has something happen once, just before the next call that begins like this. */
  public void before(String call, Runnable happening) {
    lock.lock();
    try {
      awaited = call;
      meanwhile = happening;
    } finally {
      lock.unlock();
    }
  }

  /** Has the function's role, which was just made, not be known to so many calls for a mapping. */
  public void roleIsUnknownFor(int createCalls) {
    lock.lock();
    try {
      unknownRoleAnswers = createCalls;
    } finally {
      lock.unlock();
    }
  }

  /** Answers the next calls that change something with TooManyRequestsException. */
  public void throttle(int times) {
    lock.lock();
    try {
      throttled = times;
    } finally {
      lock.unlock();
    }
  }

  /** Answers again. */
  public void live() {
    dieAt(Integer.MAX_VALUE, false);
  }

  /** Returns what was called, such as {@code PUT /2015-03-31/functions/fanout/configuration}. */
  public List<String> calls() {
    lock.lock();
    try {
      return List.copyOf(calls);
    } finally {
      lock.unlock();
    }
  }

  /** Returns when records might have been lost, in words. */
  public List<String> hazards() {
    lock.lock();
    try {
      return List.copyOf(hazards);
    } finally {
      lock.unlock();
    }
  }

  /** Counts a change of a function by somebody else. */
  public void touch(String function) {
    lock.lock();
    try {
      touch(known(function), "Successful");
    } finally {
      lock.unlock();
    }
  }

  /** Has a mapping that refuses a change be ready after so many refusals, without a look. */
  public void restAfterRefusals(int refusals) {
    lock.lock();
    try {
      patience = refusals;
    } finally {
      lock.unlock();
    }
  }

  /** Has a mapping be on its way out, as after a deletion by somebody else. */
  public void leaving(String uuid) {
    lock.lock();
    try {
      Mapping mapping = Objects.requireNonNull(mappings.get(uuid), uuid);
      mapping.said.put("State", "Deleting");
      mapping.next = "gone";
    } finally {
      lock.unlock();
    }
  }

  /** Changes a mapping's members as somebody else would, without a call. */
  public void change(String uuid, String members) {
    lock.lock();
    try {
      change(
          uuid,
          Objects.requireNonNull(mappings.get(uuid), uuid),
          (ObjectNode) read(members.replace('\'', '"')));
    } finally {
      lock.unlock();
    }
  }

  /** Returns all mappings, as they are described, without their ids. */
  public List<JsonNode> mappings() {
    lock.lock();
    try {
      List<JsonNode> all = new ArrayList<>();
      mappings.values().forEach(each -> all.add(each.said.deepCopy().without("UUID")));
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Returns a function's environment. */
  public Map<String, String> variables(String function) {
    lock.lock();
    try {
      Map<String, String> variables = new LinkedHashMap<>();
      known(function)
          .said
          .at("/Environment/Variables")
          .properties()
          .forEach(each -> variables.put(each.getKey(), each.getValue().asText()));
      return variables;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many consumers were registered. */
  public int consumers() {
    lock.lock();
    try {
      return consumers.size();
    } finally {
      lock.unlock();
    }
  }

  private static String arn(String function) {
    return function.startsWith("arn:")
        ? function
        : FUNCTION.substring(0, FUNCTION.lastIndexOf(':') + 1) + function;
  }

  private Function known(String name) {
    return Objects.requireNonNull(functions.get(name), name);
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + json, e);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
      Answer answer = answer(exchange.getRequestMethod(), exchange.getRequestURI(), target, body);
      if (answer.error() != null) {
        exchange.getResponseHeaders().set("x-amzn-ErrorType", answer.error());
      }
      byte[] bytes = JSON.writeValueAsBytes(answer.body());
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private Answer answer(String method, URI uri, @Nullable String target, String body) {
    lock.lock();
    try {
      calls.add(target == null ? method + " " + uri.getPath() : target);
      if (calls.size() > dyingAt || (calls.size() == dyingAt && !answerIsLost)) {
        return died();
      }
      if (!awaited.isEmpty() && calls.get(calls.size() - 1).startsWith(awaited)) {
        awaited = "";
        meanwhile.run();
      }
      if (throttled > 0 && target == null && !method.equals("GET")) {
        throttled--;
        return Answer.refused(429, "TooManyRequestsException", "slow down");
      }
      Answer answer =
          target != null
              ? ofTarget(target, read(body))
              : uri.getPath().startsWith(FUNCTIONS)
                  ? ofFunction(method, uri, body)
                  : ofMapping(method, uri, body);
      return calls.size() == dyingAt ? died() : answer;
    } finally {
      lock.unlock();
    }
  }

  private static Answer died() {
    return Answer.refused(400, "CallerIsDeadException", "whoever calls has died");
  }

  private static Answer notThere() {
    return Answer.refused(404, "ResourceNotFoundException", "it is not there");
  }

  private Answer ofFunction(String method, URI uri, String body) {
    String name = decoded(uri.getRawPath().substring(FUNCTIONS.length()).split("/", -1)[0]);
    String bare = name.startsWith("arn:") ? name.substring(name.lastIndexOf(':') + 1) : name;
    String qualifier = query(uri).get("Qualifier");
    Function function = functions.get(qualifier == null ? bare : bare + ":" + qualifier);
    if (function == null) {
      return notThere();
    }
    if (method.equals("PUT")) {
      JsonNode change = read(body);
      if (function.looks > 0) {
        return Answer.refused(409, "ResourceConflictException", "an update is in progress");
      }
      if (change.has("RevisionId")
          && !change.path("RevisionId").asText().equals(String.valueOf(function.revision))) {
        return Answer.refused(412, "PreconditionFailedException", "the revision is another");
      }
      function.said.set("Environment", change.path("Environment"));
      function.looks = LOOKS;
      touch(function, "InProgress");
      if (function.isSetToSpeak()) {
        function.speaks = true;
        mappings.forEach((uuid, mapping) -> watch(uuid, mapping));
      }
      return Answer.ok(200, function.said.deepCopy());
    }
    Answer now = Answer.ok(200, function.said.deepCopy());
    if (function.looks > 0 && --function.looks == 0) {
      touch(function, "Successful");
      if (!function.isSetToSpeak() && function.speaks) {
        function.speaks = false;
        function.speaksUntil = seconds.getAsLong() + function.said.path("Timeout").asLong();
      }
    }
    return now;
  }

  private static void touch(Function function, String status) {
    function.revision++;
    function.said.put("LastUpdateStatus", status).put("RevisionId", "" + function.revision);
  }

  /** A mapping that is disabled calls nobody. */
  private void watch(String uuid, Mapping mapping) {
    String arn = mapping.said.path("FunctionArn").asText();
    Function function = functions.get(arn.substring(FUNCTION.lastIndexOf(':') + 1));
    if (function != null
        && !mapping.listens
        && !mapping.said.path("State").asText().equals("Disabled")
        && (function.speaks || seconds.getAsLong() < function.speaksUntil)) {
      hazards.add(
          uuid
              + " takes every answer for success, and the function "
              + (function.speaks ? "speaks" : "was speaking until just now"));
    }
  }

  private Answer ofMapping(String method, URI uri, String body) {
    String uuid = uri.getPath().substring(MAPPINGS.length()).replace("/", "");
    if (uuid.isEmpty()) {
      return method.equals("POST") ? create(read(body)) : list(query(uri));
    }
    Mapping mapping = mappings.get(uuid);
    if (mapping == null) {
      return notThere();
    }
    if (!method.equals("GET") && !AT_REST.contains(mapping.said.path("State").asText())) {
      if (patience > 0 && --patience == 0) {
        mapping.looks = LOOKS;
        look(uuid, mapping);
      }
      return Answer.refused(
          400, "ResourceInUseException", "it is " + mapping.said.path("State").asText());
    }
    if (method.equals("PUT")) {
      change(uuid, mapping, (ObjectNode) read(body));
    } else if (method.equals("DELETE")) {
      mapping.said.put("State", "Deleting");
      mapping.next = "gone";
      mapping.looks = 0;
    }
    Answer now = Answer.ok(method.equals("GET") ? 200 : 202, mapping.said.deepCopy());
    if (method.equals("GET")) {
      look(uuid, mapping);
    }
    return now;
  }

  private Answer create(JsonNode asked) {
    if (unknownRoleAnswers > 0) {
      unknownRoleAnswers--;
      return Answer.refused(
          400,
          "InvalidParameterValueException",
          "Cannot access stream "
              + asked.path("EventSourceArn").asText()
              + ". Please ensure the role can perform the GetRecords, GetShardIterator,"
              + " DescribeStream, and ListStreams Actions on your stream in IAM.");
    }
    String function = arn(asked.path("FunctionName").asText());
    for (Mapping each : mappings.values()) {
      if (each.said.path("FunctionArn").asText().equals(function)
          && each.said.path("EventSourceArn").equals(asked.path("EventSourceArn"))
          && each.said.path("SelfManagedEventSource").equals(asked.path("SelfManagedEventSource"))
          && each.said.path("Topics").equals(asked.path("Topics"))) {
        return Answer.refused(409, "ResourceConflictException", "there is one already");
      }
    }
    String uuid = "new-" + ++made;
    ObjectNode said = asked.deepCopy();
    boolean enabled = said.path("Enabled").asBoolean(true);
    said.remove(List.of("Enabled", "FunctionName"));
    said.put("UUID", uuid).put("FunctionArn", function).put("State", "Creating");
    Mapping mapping = new Mapping(said);
    mapping.listens = mapping.asksToListen();
    mapping.next = enabled ? "Enabled" : "Disabled";
    mappings.put(uuid, mapping);
    if (enabled) {
      // Those invocations that began before it was there are not its own.
      if (!mapping.listens && known(function.substring(FUNCTION.lastIndexOf(':') + 1)).speaks) {
        watch(uuid, mapping);
      }
    }
    return Answer.ok(202, said.deepCopy());
  }

  private void change(String uuid, Mapping mapping, ObjectNode asked) {
    String state = mapping.said.path("State").asText();
    JsonNode enabled = asked.remove("Enabled");
    mapping.said.setAll(asked);
    mapping.looks = 0;
    if (enabled == null) {
      mapping.next = state;
      mapping.said.put("State", "Updating");
    } else {
      mapping.next = enabled.asBoolean() ? "Enabled" : "Disabled";
      mapping.said.put("State", enabled.asBoolean() ? "Enabling" : "Disabling");
    }
    if (!mapping.asksToListen()) {
      mapping.listens = false;
      watch(uuid, mapping);
    }
  }

  private void look(String uuid, Mapping mapping) {
    if (mapping.looks++ < LOOKS) {
      return;
    }
    if (mapping.next.equals("gone")) {
      mappings.remove(uuid);
    } else if (!mapping.next.isEmpty()) {
      mapping.said.put("State", mapping.next);
      mapping.next = "";
      mapping.listens = mapping.asksToListen();
    }
  }

  private Answer list(Map<String, String> query) {
    int after = Integer.parseInt(query.getOrDefault("Marker", "0"));
    ObjectNode page = JSON.createObjectNode();
    ArrayNode some = page.putArray("EventSourceMappings");
    List<Map.Entry<String, Mapping>> rest =
        mappings.entrySet().stream().filter(each -> ordinal(each.getKey()) > after).toList();
    rest.stream()
        .limit(PAGE)
        .forEach(
            each -> {
              some.add(each.getValue().said.deepCopy());
              look(each.getKey(), each.getValue());
            });
    if (rest.size() > PAGE) {
      page.put("NextMarker", String.valueOf(ordinal(rest.get(PAGE - 1).getKey())));
    }
    return Answer.ok(200, page);
  }

  private static int ordinal(String uuid) {
    return Integer.parseInt(uuid.substring(uuid.indexOf('-') + 1));
  }

  private Answer ofTarget(String target, JsonNode asked) {
    ObjectNode answer = JSON.createObjectNode();
    String key =
        asked.path("StreamARN").asText() + "/consumer/" + asked.path("ConsumerName").asText();
    switch (target.substring(target.indexOf('.') + 1)) {
      case "DescribeStreamSummary" ->
          answer
              .putObject("StreamDescriptionSummary")
              .put("StreamName", asked.path("StreamName").asText())
              .put(
                  "StreamARN",
                  "arn:aws:kinesis:eu-west-1:123456789012:stream/"
                      + asked.path("StreamName").asText());
      case "DescribeStreamConsumer" -> {
        ObjectNode consumer = consumers.get(key);
        if (consumer == null) {
          return notThere();
        }
        answer.set("ConsumerDescription", consumer.deepCopy());
        consumer.put("ConsumerStatus", "ACTIVE");
      }
      case "RegisterStreamConsumer" -> {
        if (consumers.containsKey(key)) {
          return Answer.refused(400, "ResourceInUseException", "there is one already");
        }
        ObjectNode consumer =
            JSON.createObjectNode()
                .put("ConsumerName", asked.path("ConsumerName").asText())
                .put("ConsumerARN", key + ":1700000000")
                .put("ConsumerStatus", "CREATING");
        consumers.put(key, consumer);
        answer.set("Consumer", consumer.deepCopy());
      }
      case "DescribeTable" ->
          answer
              .putObject("Table")
              .put(
                  "LatestStreamArn",
                  "arn:aws:dynamodb:eu-west-1:123456789012:table/"
                      + asked.path("TableName").asText()
                      + "/stream/2026-01-01T00:00:00.000");
      case "Query" -> {
        String source = asked.at("/ExpressionAttributeValues/:source/S").asText();
        ArrayNode items = answer.putArray("Items");
        for (Map<String, String> row : rows) {
          if (source.equals(row.get("sourceArn"))) {
            ObjectNode item = items.addObject();
            row.forEach((name, value) -> item.set(name, column(value)));
          }
        }
        answer.put("Count", items.size());
      }
      default -> {
        return Answer.refused(400, "UnknownOperationException", target);
      }
    }
    return Answer.ok(200, answer);
  }

  private static ObjectNode column(String value) {
    ObjectNode column = JSON.createObjectNode();
    return value.equals("true") || value.equals("false")
        ? column.put("BOOL", value.equals("true"))
        : column.put("S", value);
  }

  private static Map<String, String> query(URI uri) {
    Map<String, String> query = new LinkedHashMap<>();
    if (uri.getRawQuery() != null) {
      for (String each : uri.getRawQuery().split("&")) {
        Iterator<String> parts = List.of(each.split("=", 2)).iterator();
        query.put(parts.next(), parts.hasNext() ? decoded(parts.next()) : "");
      }
    }
    return query;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** Stops at once. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
