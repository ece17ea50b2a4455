package org.streamfanout.testservers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for what has no server here: functions of Lambda, roles of IAM, the caller's identity
 * and objects of S3, kept in memory and answered as AWS's API references say. It checks no
 * signature and knows only what is asked of it. DynamoDB's calls are passed on to a real server.
 * Thread-safe.
 */
public final class FakeControlPlane implements AutoCloseable {
  /** The account of everything here. */
  public static final String ACCOUNT = "123456789012";

  private static final String REGION = "eu-west-1";
  private static final String FUNCTIONS = "/2015-03-31/functions";
  private static final String MAPPINGS = "/2015-03-31/event-source-mappings";

  /** How errors are written by whom: not in XML. */
  private static final String JSON = "";

  private static final JsonMapper MAPPER = new JsonMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI dynamoDb;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Map<String, String>> roles = new TreeMap<>();
  private final Map<String, ObjectNode> functions = new TreeMap<>();
  private final Map<String, Integer> unsettled = new HashMap<>();
  private final List<String> objects = new ArrayList<>();
  private final List<ObjectNode> mappings = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private int cutAfter = Integer.MAX_VALUE;
  private int unknownRoleAnswers;
  private int settlesAfter;
  private int revision;

  /** What a call is answered with. */
  private record Answer(int status, String error, String body) {
    static Answer json(JsonNode body) {
      return new Answer(200, "", body.toString());
    }

    static Answer refused(int status, String error, String message) {
      return new Answer(status, error, message);
    }
  }

  private FakeControlPlane(URI dynamoDb) throws IOException {
    this.dynamoDb = dynamoDb;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /**
   * Starts a stand-in without roles and functions.
   *
   * @param dynamoDb where tables are
   */
  public static FakeControlPlane start(URI dynamoDb) {
    try {
      return new FakeControlPlane(dynamoDb);
    } catch (IOException e) {
      throw new IllegalStateException("cannot listen on 127.0.0.1", e);
    }
  }

  /** Returns the URL for clients. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Has the network go after so many more calls: the last of them is done, but not answered. */
  public void cutAfter(int moreCalls) {
    locked(() -> cutAfter = calls.size() + moreCalls);
  }

  /** Has the network be there again. */
  public void mend() {
    locked(() -> cutAfter = Integer.MAX_VALUE);
  }

  /** Has Lambda not know new roles for so many calls. */
  public void rolesAreUnknownFor(int createCalls) {
    locked(() -> unknownRoleAnswers = createCalls);
  }

  /** Has each change of a function take so many looks at it. */
  public void settlesAfter(int looks) {
    locked(() -> settlesAfter = looks);
  }

  /** Adds a mapping of a source to a function. */
  public void map(String uuid, String sourceArn, String function) {
    locked(
        () ->
            mappings.add(
                MAPPER
                    .createObjectNode()
                    .put("UUID", uuid)
                    .put("EventSourceArn", sourceArn)
                    .put("FunctionArn", functionArn(function))
                    .put("State", "Enabled")));
  }

  /** Adds a role with a trust policy. */
  public void addRole(String name, String trust) {
    locked(() -> roles.computeIfAbsent(name, each -> new TreeMap<>()).put("(trust)", trust));
  }

  /** Sets a policy of a role. */
  public void putPolicy(String role, String name, String document) {
    locked(() -> roles.getOrDefault(role, new TreeMap<>()).put(name, document));
  }

  /** Sets members of a function's configuration, as an operator would. */
  public void changeFunction(String name, String members) {
    locked(
        () -> {
          ObjectNode function = function(name);
          function.setAll((ObjectNode) tree(members));
          touch(function);
        });
  }

  /** Returns a policy of a role; null if there is none. */
  public @Nullable String policy(String role, String name) {
    lock.lock();
    try {
      return roles.getOrDefault(role, Map.of()).get(name);
    } finally {
      lock.unlock();
    }
  }

  /** Returns a function's configuration; null if there is none. */
  public @Nullable String function(String name, String member) {
    lock.lock();
    try {
      ObjectNode function = functions.get(name);
      return function == null ? null : function.path(member).toString();
    } finally {
      lock.unlock();
    }
  }

  /** Returns what was called so far, such as {@code iam:CreateRole}. */
  public List<String> calls() {
    lock.lock();
    try {
      return List.copyOf(calls);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what was called so far. */
  public void forgetCalls() {
    locked(calls::clear);
  }

  /** Returns all that there is, without what differs each time, such as revisions. */
  public String snapshot() {
    lock.lock();
    try {
      ObjectNode all = MAPPER.createObjectNode();
      roles.forEach((name, policies) -> all.set("role " + name, MAPPER.valueToTree(policies)));
      functions.forEach(
          (name, function) ->
              all.set("function " + name, function.deepCopy().without("RevisionId")));
      objects.stream().distinct().forEach(key -> all.put("object " + key, true));
      return all.toPrettyString();
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
      if (target != null && target.startsWith("DynamoDB_")) {
        passOn(exchange, target, body);
        return;
      }
      boolean isForm = isForm(exchange);
      Answer answer;
      lock.lock();
      try {
        answer = cut();
        if (answer == null) {
          Answer done =
              isForm
                  ? form(new String(body, StandardCharsets.UTF_8))
                  : rest(exchange.getRequestMethod(), exchange.getRequestURI(), body);
          answer = calls.size() >= cutAfter ? gone() : done;
        }
      } finally {
        lock.unlock();
      }
      send(exchange, answer, isForm ? "<ErrorResponse>%s</ErrorResponse>" : errorsOf(exchange));
    }
  }

  private static boolean isForm(HttpExchange exchange) {
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    return type != null && type.startsWith("application/x-www-form-urlencoded");
  }

  /** A client would try again what looks like the network's fault; this one is cut for good. */
  private @Nullable Answer cut() {
    return calls.size() >= cutAfter ? gone() : null;
  }

  private static Answer gone() {
    return Answer.refused(400, "TheNetworkIsGone", "cut by the test");
  }

  /** S3 speaks XML, and Lambda JSON. */
  private static String errorsOf(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    return path.startsWith(FUNCTIONS) || path.startsWith(MAPPINGS) ? JSON : "%s";
  }

  private static void send(HttpExchange exchange, Answer answer, String errors) throws IOException {
    boolean isJson = errors.equals(JSON);
    String text = answer.body();
    if (!answer.error().isEmpty()) {
      exchange.getResponseHeaders().set("x-amzn-errortype", answer.error());
      text =
          isJson
              ? MAPPER
                  .createObjectNode()
                  .put("__type", answer.error())
                  .put("Message", answer.body())
                  .put("message", answer.body())
                  .toString()
              : errors.formatted(
                  "<Error><Type>Sender</Type><Code>"
                      + answer.error()
                      + "</Code><Message>"
                      + answer.body()
                      + "</Message></Error>");
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", isJson ? "application/json" : "text/xml");
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  private void passOn(HttpExchange exchange, String target, byte[] body) throws IOException {
    Answer cut;
    boolean isLost;
    lock.lock();
    try {
      cut = cut();
      if (cut == null) {
        calls.add("dynamodb:" + target.substring(target.indexOf('.') + 1));
      }
      isLost = calls.size() >= cutAfter;
    } finally {
      lock.unlock();
    }
    if (cut != null) {
      send(exchange, cut, JSON);
      return;
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(dynamoDb).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    for (String name : List.of("X-Amz-Target", "Content-Type", "Authorization", "X-Amz-Date")) {
      String value = exchange.getRequestHeaders().getFirst(name);
      if (value != null) {
        request.header(name, value);
      }
    }
    try {
      HttpResponse<byte[]> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (isLost) {
        send(exchange, gone(), JSON);
        return;
      }
      answer
          .headers()
          .firstValue("Content-Type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** IAM and STS: a form in, XML out. */
  private Answer form(String body) {
    Map<String, String> form = new HashMap<>();
    for (String pair : body.split("&")) {
      int equals = pair.indexOf('=');
      form.put(pair.substring(0, equals), decoded(pair.substring(equals + 1)));
    }
    String action = form.getOrDefault("Action", "");
    String role = form.getOrDefault("RoleName", "");
    calls.add((action.equals("GetCallerIdentity") ? "sts:" : "iam:") + action);
    return switch (action) {
      case "GetCallerIdentity" ->
          xml(
              action,
              "<Arn>arn:aws:iam::"
                  + ACCOUNT
                  + ":user/operator</Arn><UserId>AIDA</UserId><Account>"
                  + ACCOUNT
                  + "</Account>");
      case "GetRole" -> roles.containsKey(role) ? xml(action, describe(role)) : noSuch(role);
      case "CreateRole" -> {
        if (roles.containsKey(role)) {
          yield Answer.refused(409, "EntityAlreadyExists", "Role " + role + " already exists.");
        }
        roles
            .computeIfAbsent(role, each -> new TreeMap<>())
            .put("(trust)", form.getOrDefault("AssumeRolePolicyDocument", ""));
        yield xml(action, describe(role));
      }
      case "GetRolePolicy" -> {
        String document =
            roles.getOrDefault(role, Map.of()).get(form.getOrDefault("PolicyName", ""));
        yield document == null
            ? noSuch(role)
            : xml(
                action,
                "<RoleName>"
                    + role
                    + "</RoleName><PolicyName>fanout</PolicyName><PolicyDocument>"
                    + URLEncoder.encode(document, StandardCharsets.UTF_8)
                    + "</PolicyDocument>");
      }
      case "PutRolePolicy" -> {
        Map<String, String> policies = roles.get(role);
        if (policies == null) {
          yield noSuch(role);
        }
        policies.put(form.getOrDefault("PolicyName", ""), form.getOrDefault("PolicyDocument", ""));
        yield xml(action, "");
      }
      default -> Answer.refused(400, "InvalidAction", "the stand-in knows no " + action);
    };
  }

  private static Answer noSuch(String role) {
    return Answer.refused(404, "NoSuchEntity", "The role with name " + role + " cannot be found.");
  }

  private String describe(String role) {
    return "<Role><Path>/</Path><RoleName>"
        + role
        + "</RoleName><RoleId>AROA</RoleId><Arn>"
        + roleArn(role)
        + "</Arn><CreateDate>2026-11-22T00:00:00Z</CreateDate><AssumeRolePolicyDocument>"
        + URLEncoder.encode(
            roles.getOrDefault(role, Map.of()).getOrDefault("(trust)", ""), StandardCharsets.UTF_8)
        + "</AssumeRolePolicyDocument></Role>";
  }

  private static String roleArn(String role) {
    return "arn:aws:iam::" + ACCOUNT + ":role/" + role;
  }

  private static Answer xml(String action, String result) {
    return new Answer(
        200,
        "",
        "<%1$sResponse><%1$sResult>%2$s</%1$sResult></%1$sResponse>".formatted(action, result));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** Lambda and S3: paths. */
  private Answer rest(String method, URI uri, byte[] body) {
    String path = uri.getPath();
    if (path.startsWith(MAPPINGS)) {
      calls.add("lambda:ListEventSourceMappings");
      return listMappings(String.valueOf(uri.getQuery()));
    }
    if (!path.startsWith(FUNCTIONS)) {
      calls.add("s3:" + method);
      objects.add(path);
      return new Answer(200, "", "");
    }
    if (path.equals(FUNCTIONS) || path.equals(FUNCTIONS + "/")) {
      calls.add("lambda:CreateFunction");
      return create((ObjectNode) tree(new String(body, StandardCharsets.UTF_8)));
    }
    String[] parts = path.substring(FUNCTIONS.length() + 1).split("/");
    String name = parts[0];
    String what = parts.length > 1 ? parts[1] : "";
    String operation =
        switch (method + " " + what) {
          case "GET configuration" -> "GetFunctionConfiguration";
          case "PUT configuration" -> "UpdateFunctionConfiguration";
          case "PUT code" -> "UpdateFunctionCode";
          case "DELETE " -> "DeleteFunction";
          default -> method + " " + what;
        };
    calls.add("lambda:" + operation);
    ObjectNode function = functions.get(name);
    if (function == null) {
      return Answer.refused(
          404, "ResourceNotFoundException", "Function not found: " + functionArn(name));
    }
    return switch (operation) {
      case "GetFunctionConfiguration" -> Answer.json(look(name, function));
      case "UpdateFunctionConfiguration" ->
          configure(name, function, (ObjectNode) tree(new String(body, StandardCharsets.UTF_8)));
      case "UpdateFunctionCode" ->
          replace(name, function, (ObjectNode) tree(new String(body, StandardCharsets.UTF_8)));
      case "DeleteFunction" -> {
        functions.remove(name);
        yield new Answer(204, "", "");
      }
      default -> Answer.refused(400, "InvalidAction", "the stand-in knows no " + operation);
    };
  }

  private Answer listMappings(String query) {
    ObjectNode answer = MAPPER.createObjectNode();
    ArrayNode list = answer.putArray("EventSourceMappings");
    mappings.stream()
        .filter(
            mapping ->
                query.contains(
                    mapping.path("FunctionArn").asText().replaceFirst(".*function:", "")))
        .forEach(list::add);
    return Answer.json(answer);
  }

  private Answer create(ObjectNode request) {
    String name = request.path("FunctionName").asText();
    if (functions.containsKey(name)) {
      return Answer.refused(409, "ResourceConflictException", "Function already exist: " + name);
    }
    if (unknownRoleAnswers > 0 || !isKnown(request.path("Role").asText())) {
      unknownRoleAnswers--;
      return Answer.refused(
          400,
          "InvalidParameterValueException",
          "The role defined for the function cannot be assumed by Lambda.");
    }
    ObjectNode function = MAPPER.createObjectNode();
    function.put("FunctionArn", functionArn(name)).put("CodeSha256", hash(request.path("Code")));
    function.put("State", settlesAfter > 0 ? "Pending" : "Active");
    function.put("LastUpdateStatus", "Successful");
    request.remove("Code");
    function.setAll(request);
    touch(function);
    functions.put(name, function);
    unsettled.put(name, settlesAfter);
    return new Answer(201, "", function.toString());
  }

  /** Roles of this account have to be there, or Lambda cannot assume them. */
  private boolean isKnown(String role) {
    return !role.contains(ACCOUNT) || roles.containsKey(role.replaceFirst(".*/", ""));
  }

  private ObjectNode look(String name, ObjectNode function) {
    int looks = unsettled.merge(name, -1, Integer::sum);
    if (looks < 0) {
      function.put("State", "Active").put("LastUpdateStatus", "Successful");
    }
    return function;
  }

  private Answer configure(String name, ObjectNode function, ObjectNode request) {
    Answer busy = busy(name, function);
    if (busy != null) {
      return busy;
    }
    JsonNode expected = request.remove("RevisionId");
    if (expected == null) {
      return Answer.refused(
          400, "InvalidParameterValueException", "the stand-in takes no change without a revision");
    }
    if (!expected.equals(function.get("RevisionId"))) {
      return Answer.refused(
          412,
          "PreconditionFailedException",
          "The Revision Id provided does not match the latest Revision Id.");
    }
    if (request.has("Role") && !isKnown(request.path("Role").asText())) {
      return Answer.refused(
          400,
          "InvalidParameterValueException",
          "The role defined for the function cannot be assumed by Lambda.");
    }
    function.setAll(request);
    updated(name, function);
    return Answer.json(function);
  }

  private Answer replace(String name, ObjectNode function, ObjectNode request) {
    Answer busy = busy(name, function);
    if (busy != null) {
      return busy;
    }
    function.put("CodeSha256", hash(request));
    updated(name, function);
    return Answer.json(function);
  }

  private @Nullable Answer busy(String name, ObjectNode function) {
    boolean isBusy =
        function.path("State").asText().equals("Pending")
            || function.path("LastUpdateStatus").asText().equals("InProgress");
    return isBusy
        ? Answer.refused(
            409,
            "ResourceConflictException",
            "The operation cannot be performed at this time. An update is in progress for resource: "
                + functionArn(name))
        : null;
  }

  private void updated(String name, ObjectNode function) {
    touch(function);
    unsettled.put(name, settlesAfter);
    if (settlesAfter > 0) {
      function.put("LastUpdateStatus", "InProgress");
    }
  }

  private void touch(ObjectNode function) {
    revision++;
    function.put("RevisionId", "revision-" + revision);
  }

  private ObjectNode function(String name) {
    ObjectNode function = functions.get(name);
    if (function == null) {
      throw new IllegalStateException("there is no function " + name);
    }
    return function;
  }

  private static String functionArn(String name) {
    return "arn:aws:lambda:" + REGION + ":" + ACCOUNT + ":function:" + name;
  }

  /** An object of S3 has the hash of its content in its key. */
  private static String hash(JsonNode code) {
    if (!code.has("ZipFile")) {
      String hex = code.path("S3Key").asText().replaceFirst(".*/", "").replace(".jar", "");
      return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }
    byte[] zip = Base64.getDecoder().decode(code.path("ZipFile").asText());
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(zip));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException("not JSON: " + json, e);
    }
  }

  /** Stops; everything is gone. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
