package org.streamfanout.admin.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * A stand-in for an account on the wire, with the answers that the services document. All is well
 * in it, until a test changes an answer. Fails a test that calls anything that may write.
 */
final class Account implements AutoCloseable {
  static final String STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/in";
  static final String ROLE = "arn:aws:iam::123456789012:role/fanout";
  static final String TARGET_ROLE = "arn:aws:iam::123456789012:role/target";
  static final String OTHER_ROLE = "arn:aws:iam::999999999999:role/target";
  static final String QUEUE = "arn:aws:sqs:eu-west-1:123456789012:q";
  static final String LETTERS = "arn:aws:sqs:eu-west-1:123456789012:letters";

  private static final Pattern READS =
      Pattern.compile("(Get|List|Describe|Simulate|AssumeRole|Head|Scan|Query)\\w*");
  private static final Pattern ACTION = Pattern.compile("Action=(\\w+)");
  private static final Pattern NAMES = Pattern.compile("ActionNames\\.member\\.\\d+=([^&]+)");

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final Map<String, Function<Request, Response>> answers = new ConcurrentHashMap<>();
  private final Map<String, String> decisions = new ConcurrentHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<String> rows = new ArrayList<>();
  private final AdminClients clients;

  private String functionMore = "";
  private String variables = "";
  private String timeout = "60";
  private String memory = "512";

  Account() {
    clients =
        AdminClients.builder()
            .region("eu-west-1")
            .endpoint(endpoint.uri())
            .credentials(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
            .build();
    endpoint.answer(this::answer);
    answers.put("Scan", request -> json("{'Items':[" + String.join(",", rows) + "]}"));
    answers.put("Query", request -> json("{'Items':[" + String.join(",", rows) + "]}"));
    json(
        "DescribeTable",
        "{'Table':{'TableArn':'arn:aws:dynamodb:eu-west-1:123456789012:table/fanoutTargets'}}");
    answers.put("GetFunctionConfiguration", request -> json(function()));
    json("GetFunctionConcurrency", "{}");
    mapping("");
    stream("'EncryptionType':'KMS','KeyId':'alias/aws/kinesis'");
    json(
        "DescribeKey",
        "{'KeyMetadata':{'KeyId':'k','Arn':'arn:aws:kms:eu-west-1:123456789012:key/k',"
            + "'KeyState':'Enabled','KeyManager':'AWS'}}");
    queue("");
    answers.put("SimulatePrincipalPolicy", this::simulated);
    xml("GetCallerIdentity", "<Account>123456789012</Account>");
    answers.put("AssumeRole", request -> asked(request));
    row("queue", "sqs", QUEUE, "'onFailure':{'S':'DEAD_LETTER'},'deadLetter':{'S':'letters'}");
    row("letters", "sqs", LETTERS, "'deadLetterOnly':{'BOOL':true}");
  }

  AdminClients clients() {
    return clients;
  }

  URI uri() {
    return endpoint.uri();
  }

  /** Returns the actions that a simulation was asked about, with their resources. */
  List<String> simulated() {
    return endpoint.requests().stream()
        .filter(request -> operation(request).equals("SimulatePrincipalPolicy"))
        .map(request -> URLDecoder.decode(request.text(), StandardCharsets.UTF_8))
        .toList();
  }

  List<String> operations() {
    return endpoint.requests().stream().map(Account::operation).toList();
  }

  /** Adds an active row; what follows the destination is added as it is, quotes written as '. */
  Account row(String id, String type, String destination, String more) {
    return rowOf(STREAM, id, type, destination, more);
  }

  Account rowOf(String source, String id, String type, String destination, String more) {
    rows.add(
        ("{'sourceArn':{'S':'"
                + source
                + "'},'id':{'S':'"
                + id
                + "'},'type':{'S':'"
                + type
                + "'},'destination':{'S':'"
                + destination
                + "'},'active':{'BOOL':true}"
                + (more.isEmpty() ? "" : "," + more)
                + "}")
            .replace('\'', '"'));
    return this;
  }

  Account noRows() {
    rows.clear();
    return this;
  }

  Account variables(String json) {
    variables = json;
    return this;
  }

  Account function(String more) {
    functionMore = "," + more;
    return this;
  }

  Account size(String newTimeout, String newMemory) {
    timeout = newTimeout;
    memory = newMemory;
    return this;
  }

  private String function() {
    return "{'FunctionName':'fanout','Role':'"
        + ROLE
        + "','FunctionArn':'arn:aws:lambda:eu-west-1:123456789012:function:fanout','Timeout':"
        + timeout
        + ",'MemorySize':"
        + memory
        + ",'Environment':{'Variables':{"
        + variables
        + "}},'LastUpdateStatus':'Successful'"
        + (functionMore.contains("'State'") ? "" : ",'State':'Active'")
        + functionMore
        + "}";
  }

  /** Sets the one mapping; what is given comes before what is so by itself. */
  Account mapping(String more) {
    return mappingOf(STREAM, more);
  }

  Account mappingOf(String source, String more) {
    return json(
        "ListEventSourceMappings",
        "{'EventSourceMappings':[{'UUID':'u-1','EventSourceArn':'"
            + source
            + "','FunctionArn':'arn:aws:lambda:eu-west-1:123456789012:function:fanout'"
            + (more.contains("'State'") ? "" : ",'State':'Enabled'")
            + (more.contains("MaximumRetryAttempts") ? "" : ",'MaximumRetryAttempts':-1")
            + (more.contains("MaximumRecordAge") ? "" : ",'MaximumRecordAgeInSeconds':-1")
            + (more.isEmpty() ? "" : "," + more)
            + "}]}");
  }

  Account mappings(String... sources) {
    List<String> all = new ArrayList<>();
    for (String source : sources) {
      all.add(
          "{'UUID':'u','EventSourceArn':'"
              + source
              + "','State':'Enabled','FunctionArn':"
              + "'arn:aws:lambda:eu-west-1:123456789012:function:fanout'}");
    }
    return json(
        "ListEventSourceMappings", "{'EventSourceMappings':[" + String.join(",", all) + "]}");
  }

  Account stream(String more) {
    return json(
        "DescribeStreamSummary",
        "{'StreamDescriptionSummary':{'StreamName':'in','StreamARN':'"
            + STREAM
            + "','StreamStatus':'ACTIVE'"
            + (more.contains("RetentionPeriodHours") ? "" : ",'RetentionPeriodHours':24")
            + (more.contains("MaxRecordSizeInKiB") ? "" : ",'MaxRecordSizeInKiB':1024")
            + (more.isEmpty() ? "" : "," + more)
            + "}}");
  }

  /** Sets the attributes of both queues; what is given comes before what is so by itself. */
  Account queue(String more) {
    return json(
        "GetQueueAttributes",
        "{'Attributes':{'QueueArn':'"
            + QUEUE
            + "','ApproximateNumberOfMessagesNotVisible':'0'"
            + (more.contains("SqsManagedSseEnabled") ? "" : ",'SqsManagedSseEnabled':'true'")
            + (more.contains("MaximumMessageSize") ? "" : ",'MaximumMessageSize':'1048576'")
            + (more.contains("MessageRetentionPeriod") ? "" : ",'MessageRetentionPeriod':'1209600'")
            + (more.contains("NumberOfMessages'") ? "" : ",'ApproximateNumberOfMessages':'0'")
            + (more.isEmpty() ? "" : "," + more)
            + "}}");
  }

  Account json(String operation, String body) {
    answers.put(operation, request -> json(body));
    return this;
  }

  Account xml(String operation, String result) {
    answers.put(
        operation,
        request ->
            Response.of(
                    200,
                    "<%1$sResponse><%1$sResult>%2$s</%1$sResult></%1$sResponse>"
                        .formatted(operation, result))
                .with("Content-Type", "text/xml"));
    return this;
  }

  /** EC2's answers have no inner element. */
  Account ec2(String operation, String body) {
    answers.put(
        operation,
        request ->
            Response.of(200, "<%1$sResponse>%2$s</%1$sResponse>".formatted(operation, body))
                .with("Content-Type", "text/xml"));
    return this;
  }

  Account answer(String operation, Function<Request, Response> answer) {
    answers.put(operation, answer);
    return this;
  }

  Account denied(String operation) {
    return fails(operation, 403, "AccessDeniedException");
  }

  Account fails(String operation, int status, String code) {
    answers.put(operation, request -> failure(request, status, code));
    return this;
  }

  /** Has an operation answered only when this account is closed. */
  Account hangs(String operation) {
    answers.put(
        operation,
        request -> {
          try {
            closing.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Response.of(500, "closing");
        });
    return this;
  }

  /** Has a simulation decide on an action: {@code implicitDeny}, {@code explicitDeny}. */
  Account decides(String action, String decision) {
    decisions.put(action, decision);
    return this;
  }

  static Response failure(Request request, int status, String code) {
    boolean isXml = request.text().contains("Action=");
    boolean isEc2 = isXml && request.text().contains("Version=2016-11-15");
    String inner = "<Code>" + code + "</Code><Message>no</Message>";
    String body =
        isEc2
            ? "<Response><Errors><Error>" + inner + "</Error></Errors></Response>"
            : isXml
                ? "<ErrorResponse><Error>" + inner + "</Error></ErrorResponse>"
                : "{\"__type\":\"" + code + "\",\"message\":\"no\"}";
    return Response.of(status, body)
        .with("Content-Type", isXml ? "text/xml" : "application/json")
        .with("x-amzn-errortype", code);
  }

  static Response json(String body) {
    return Response.of(200, body.replace('\'', '"'));
  }

  /** A role with the external id that its trust policy asks for, and no other. */
  private Response asked(Request request) {
    return request.text().contains("ExternalId=x-1") || !request.text().contains("target")
        ? credentials()
        : failure(request, 403, "AccessDenied");
  }

  static Response credentials() {
    return Response.of(
            200,
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>a</AccessKeyId>"
                + "<SecretAccessKey>b</SecretAccessKey><SessionToken>c</SessionToken>"
                + "<Expiration>2199-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
                + "</AssumeRoleResponse>")
        .with("Content-Type", "text/xml");
  }

  private Response simulated(Request request) {
    StringBuilder results = new StringBuilder();
    Matcher names = NAMES.matcher(request.text());
    while (names.find()) {
      String action = names.group(1).replace("%3A", ":");
      results
          .append("<member><EvalActionName>")
          .append(action)
          .append("</EvalActionName><EvalDecision>")
          .append(decisions.getOrDefault(action, "allowed"))
          .append("</EvalDecision></member>");
    }
    return Response.of(
            200,
            "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults>"
                + results
                + "</EvaluationResults></SimulatePrincipalPolicyResult>"
                + "</SimulatePrincipalPolicyResponse>")
        .with("Content-Type", "text/xml");
  }

  private Response answer(Request request) {
    String operation = operation(request);
    Function<Request, Response> answer = answers.get(operation);
    return answer == null
        ? Response.of(500, "unexpected " + operation)
        : Objects.requireNonNull(answer.apply(request));
  }

  private static String operation(Request request) {
    String target = request.header("x-amz-target");
    if (target != null) {
      return target.substring(target.indexOf('.') + 1);
    }
    Matcher action = ACTION.matcher(request.text());
    if (action.find()) {
      return action.group(1);
    }
    if (request.method().equals("HEAD")) {
      return "HeadBucket";
    }
    if (!request.method().equals("GET")) {
      return request.method() + " " + request.path();
    }
    return request.path().contains("/event-source-mappings")
        ? "ListEventSourceMappings"
        : request.path().endsWith("/concurrency")
            ? "GetFunctionConcurrency"
            : "GetFunctionConfiguration";
  }

  /** Stops, and says whether everything that was called only reads. */
  @Override
  public void close() {
    closing.countDown();
    List<String> called = operations();
    clients.close();
    endpoint.close();
    assertThat(called).allSatisfy(operation -> assertThat(operation).matches(READS));
  }
}
