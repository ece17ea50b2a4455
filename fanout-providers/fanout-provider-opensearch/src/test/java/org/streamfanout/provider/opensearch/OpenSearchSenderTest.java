package org.streamfanout.provider.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.aws.KeyDigest;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Finding.Severity;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

/**
 * On the wire, against a stand-in that gives the documented answers of OpenSearch, of the managed
 * service in front of it, and of STS.
 */
@Timeout(300)
class OpenSearchSenderTest {
  private static final String DOMAIN = "search-x.eu-west-1.es.amazonaws.com#orders/type";
  private static final String COLLECTION = "0a1b2c3d4e5f6g.us-east-1.aoss.amazonaws.com#orders";
  private static final String ROLE = "arn:aws:iam::111122223333:role/fan";

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final TestContext context =
      new TestContext()
          .set(ProviderContext.ENDPOINT_URL, endpoint.uri().toString())
          .set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
  private final OpenSearchTargetProvider provider = new OpenSearchTargetProvider();

  @AfterEach
  void close() {
    context.close();
    endpoint.close();
  }

  private TargetSender open(String destination, String... options) {
    TargetConfig.Builder target =
        TargetConfig.builder(Records.KINESIS, "t", "opensearch", destination);
    return open(target, options);
  }

  private TargetSender open(TargetConfig.Builder builder, String... options) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int place = 0; place < options.length; place += 2) {
      map.put(options[place], options[place + 1]);
    }
    TargetConfig target = builder.options(map).build();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private TargetSender openOwn(String... options) {
    return open(endpoint.uri() + "#orders", options);
  }

  private static List<Outcome> send(TargetSender sender, FanoutRecord... records) throws Exception {
    return sender.send(Messages.batch(records), Deadline.after(Duration.ofSeconds(30)));
  }

  private static FanoutRecord record(int number, String key, String data) {
    return FanoutRecord.builder("s:" + number, Integer.toString(number))
        .key(key)
        .data(Bytes.utf8(data))
        .build();
  }

  private static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  private static String item(String id, int status) {
    return "{\"index\":{\"_index\":\"orders\",\"_id\":\"" + id + "\",\"status\":" + status + "}}";
  }

  private static String item(String id, int status, String type, String reason) {
    return item(id, status)
        .replace("}}", ",\"error\":{\"type\":\"" + type + "\",\"reason\":\"" + reason + "\"}}}");
  }

  private void answer(String... items) {
    endpoint.answer(
        Response.of(
            200, "{\"took\":3,\"errors\":true,\"items\":[" + String.join(",", items) + "]}"));
  }

  @Test
  void id_ofRecordsOfTwoKafkaClusters_isNotOne() {
    Message message = Messages.of(record(1, "k", "{}"));
    String one = DocumentId.ofRecord(Records.KAFKA).of(message, Bytes.EMPTY);
    String two =
        DocumentId.ofRecord(Source.of("kafka://elsewhere:9092/orders")).of(message, Bytes.EMPTY);

    assertThat(one).matches("[0-9a-f]{16}:s:1").isNotEqualTo(two);
    assertThat(DocumentId.ofRecord(Records.KINESIS).of(message, Bytes.EMPTY)).isEqualTo("s:1");
  }

  @Test
  void send_records_areLinesWithTheirIds() throws Exception {
    answer(item("s:1", 201), item("s:2#3", 201));
    FanoutRecord part =
        FanoutRecord.builder("s:2", "2")
            .part(3)
            .key("k")
            .data(Bytes.utf8("{ \"b\":2.50 }"))
            .build();

    List<Outcome> outcomes = send(openOwn(), record(1, "k", "{\"a\":1,\r\n\"c\":[]}\n"), part);

    assertThat(outcomes).containsOnly(Outcome.accepted());
    Request request = endpoint.last();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/orders/_bulk");
    assertThat(request.header("content-type")).isEqualTo("application/x-ndjson");
    assertThat(request.header("authorization")).isNull();
    assertThat(request.text())
        .isEqualTo(
            "{\"index\":{\"_id\":\"s:1\"}}\n{\"a\":1,  \"c\":[]} \n"
                + "{\"index\":{\"_id\":\"s:2#3\"}}\n{ \"b\":2.50 }\n");
  }

  @Test
  void send_update_mergesOrAdds() throws Exception {
    answer("{\"update\":{\"_id\":\"s:1\",\"status\":200}}");

    assertThat(send(openOwn("action", "update"), record(1, "k", "{\"a\":1}")))
        .containsExactly(Outcome.accepted());
    assertThat(endpoint.last().text())
        .isEqualTo("{\"update\":{\"_id\":\"s:1\"}}\n{\"doc\":{\"a\":1},\"doc_as_upsert\":true}\n");
  }

  @Test
  void send_keyThatWouldBeAnAction_isEscaped() throws Exception {
    String key = "a\"}}\n{\"delete\":{\"_id\":\"b\\";
    String written = "a\\\"}}\\n{\\\"delete\\\":{\\\"_id\\\":\\\"b\\\\";
    answer(item(written, 201));

    assertThat(send(openOwn("id", "key"), record(1, key, "{}")))
        .containsExactly(Outcome.accepted());
    assertThat(endpoint.last().text()).isEqualTo("{\"index\":{\"_id\":\"" + written + "\"}}\n{}\n");
  }

  @Test
  void send_longId_isItsDigest() throws Exception {
    String digest = KeyDigest.of("a".repeat(513));
    answer(item(digest, 201), item("a".repeat(512), 201));

    List<Outcome> outcomes =
        send(
            openOwn("id", "key"),
            record(1, "a".repeat(513), "{}"),
            record(2, "a".repeat(512), "{}"));

    assertThat(outcomes).containsOnly(Outcome.accepted());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "field:id|{\"x\":{\"id\":0},\"id\":\"a\"}|a",
        "field:/x/id|{\"id\":1,\"x\":{\"id\":7.50}}|7.50",
        "field:/x/1|{\"x\":[\"p\",\"q\"]}|q",
        "field:a/b|{\"a/b\":true}|true"
      })
  void send_idInTheDocument_isFound(String option, String document, String id) throws Exception {
    answer(item(id, 200));
    TargetSender sender = openOwn("id", option);
    FanoutRecord record = record(1, "k", document);

    assertThat(send(sender, record)).containsExactly(Outcome.accepted());
    assertThat(endpoint.last().text()).startsWith("{\"index\":{\"_id\":\"" + id + "\"}}\n");
    assertThat(sender.conflictKey(Messages.of(record))).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"id\":null}", "{\"id\":{}}", "{\"id\":[]}", "{\"id\":\"\"}"})
  void send_withoutTheIdAskedFor_isRejectedUnsent(String document) throws Exception {
    TargetSender sender = openOwn("id", "field:id");

    Failure failure = failure(send(sender, record(1, "k", document)).get(0));

    assertThat(failure)
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.REJECTED, "NoId");
    assertThat(sender.conflictKey(Messages.of(record(1, "k", document)))).isNull();
    assertThat(endpoint.requests()).isEmpty();
  }

  @Test
  void send_withoutIds_believesAnAnswerOfTheRightLengthOnly() throws Exception {
    TargetSender sender = openOwn("id", "none", "action", "create");
    answer(item("made", 201), item("up", 201));

    assertThat(send(sender, record(1, "k", "{}"), record(2, "k", "{}")))
        .containsOnly(Outcome.accepted());
    assertThat(endpoint.last().text()).isEqualTo("{\"create\":{}}\n{}\n".repeat(2));
    assertThat(send(sender, record(1, "k", "{}")))
        .allSatisfy(outcome -> assertThat(failure(outcome).kind()).isEqualTo(Kind.RETRYABLE));
  }

  @Test
  void send_tombstone_deletesTheDocumentOfItsKey() throws Exception {
    answer(
        "{\"delete\":{\"_id\":\"gone\",\"result\":\"not_found\",\"status\":404}}", item("k", 201));
    TargetSender sender = openOwn("id", "key");
    FanoutRecord tombstone = FanoutRecord.builder("s:1", "1").key("gone").build();

    assertThat(send(sender, tombstone, record(2, "k", "{}"))).containsOnly(Outcome.accepted());
    assertThat(endpoint.last().text())
        .isEqualTo("{\"delete\":{\"_id\":\"gone\"}}\n{\"index\":{\"_id\":\"k\"}}\n{}\n");
    assertThat(sender.sizeInBytes(Messages.of(tombstone))).isEqualTo(26);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[]",
        "1",
        "\"a\"",
        "null",
        "{",
        "{}{}",
        "{} x",
        "{\"a\":1}}",
        "{\"a\":01}",
        "{'a':1}",
        "{\"a\":\"\n\"}",
        "\ufeff{}",
        "{a:1}",
        "{\"a\":NaN}",
        "{\"a\":1,}",
        "// c\n{}"
      })
  void send_whatIsNotOneObject_isRejectedUnsent(String data) throws Exception {
    Failure failure = failure(send(openOwn(), record(1, "k", data)).get(0));

    assertThat(failure)
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.REJECTED, "NotJson");
    assertThat(endpoint.requests()).isEmpty();
  }

  @Test
  void send_utf16_isRejectedUnsent() throws Exception {
    for (String charset : List.of("UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32BE")) {
      FanoutRecord record =
          FanoutRecord.builder("s:1", "1").data(Bytes.wrap("{\"a\":1}".getBytes(charset))).build();

      assertThat(failure(send(openOwn(), record).get(0)).kind()).isEqualTo(Kind.REJECTED);
    }
    assertThat(endpoint.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "429, es_rejected_execution_exception, THROTTLED",
    "429, cluster_block_exception, THROTTLED",
    "413, , TOO_LARGE",
    "400, mapper_parsing_exception, REJECTED",
    "400, strict_dynamic_mapping_exception, REJECTED",
    "404, document_missing_exception, REJECTED",
    "409, version_conflict_engine_exception, RETRYABLE",
    "500, , RETRYABLE",
    "503, unavailable_shards_exception, RETRYABLE",
    "200, some_exception, RETRYABLE",
    "0, , RETRYABLE",
    "404, index_not_found_exception, FATAL",
    "400, index_closed_exception, FATAL",
    "400, validation_exception, FATAL",
    "403, cluster_block_exception, FATAL",
    "403, security_exception, FATAL"
  })
  void send_errorOfOneAction_isOfThatDocument(int status, String type, Kind kind) throws Exception {
    answer(
        item("s:1", 201),
        type == null ? item("s:2", status) : item("s:2", status, type, "the reason"),
        item("s:3", 200));

    List<Outcome> outcomes =
        send(openOwn(), record(1, "k", "{}"), record(2, "k", "{}"), record(3, "k", "{}"));

    assertThat(failure(outcomes.get(1)).kind()).isEqualTo(kind);
    assertThat(outcomes.get(0)).isEqualTo(Outcome.accepted());
    assertThat(outcomes.get(2)).isEqualTo(Outcome.accepted());
  }

  @ParameterizedTest
  @CsvSource({
    "illegal_argument_exception, Document ID is not supported in create/index operation request",
    "illegal_argument_exception, no write index is defined for alias [orders]",
    "illegal_argument_exception, only write ops with an op_type of create are allowed in data streams"
  })
  void send_errorOfEveryDocument_stopsTheTarget(String type, String reason) throws Exception {
    answer(item("s:1", 400, type, reason));

    assertThat(failure(send(openOwn(), record(1, "k", "{}")).get(0)).kind()).isEqualTo(Kind.FATAL);
  }

  @Test
  void send_createOfADocumentThatExists_isAcceptedForTheRecordsOwnIdOnly() throws Exception {
    answer(item("s:1", 409, "version_conflict_engine_exception", "document already exists"));
    assertThat(send(openOwn("action", "create"), record(1, "k", "{}")))
        .containsExactly(Outcome.accepted());

    answer(item("k", 409, "version_conflict_engine_exception", "document already exists"));
    assertThat(
            failure(send(openOwn("action", "create", "id", "key"), record(1, "k", "{}")).get(0))
                .kind())
        .isEqualTo(Kind.REJECTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "failed to parse field [age] of type [integer] in document with id 'SECRET'. Preview of"
            + " field's value: 'SECRET'|'age' of type integer",
        "mapper [age] cannot be changed from type [long] to [text]|'age' is of type long",
        "object mapping for [a.b] tried to parse field [SECRET] as object|'a.b' is an object",
        "Limit of total fields [1000] has been exceeded|1000 fields",
        "mapping set to strict, dynamic introduction of [SECRET] within [_doc]|strict mapping",
        "For input string: SECRET|mapper_parsing_exception"
      })
  void send_reason_isSaidWithoutTheDocument(String reason, String mention) throws Exception {
    answer(item("s:1", 400, "mapper_parsing_exception", reason));

    Failure failure = failure(send(openOwn(), record(1, "k", "{}")).get(0));

    assertThat(failure.code()).isEqualTo("mapper_parsing_exception");
    assertThat(failure.detail()).contains(mention).doesNotContain("SECRET");
  }

  @Test
  void send_typeThatIsNoCode_isNotRepeated() throws Exception {
    answer(item("s:1", 400, "For input: SECRET", "SECRET"));

    Failure failure = failure(send(openOwn(), record(1, "k", "{}")).get(0));

    assertThat(failure.toString()).doesNotContain("SECRET");
    assertThat(failure.code()).isEqualTo("Http400");
  }

  @Test
  void send_answerThatIsShortOrForeignOrBroken_leavesTheRestToBeRetried() throws Exception {
    String whole =
        "{\"errors\":false,\"items\":[" + item("s:1", 201) + "," + item("s:2", 201) + "]}";
    List<String> answers =
        new ArrayList<>(
            List.of(
                whole.replace("s:2", "s:9"),
                whole.replace("," + item("s:2", 201), ""),
                whole.substring(0, whole.length() - 12)));
    for (String each : answers) {
      endpoint.answer(Response.of(200, each));
      List<Outcome> outcomes = send(openOwn(), record(1, "k", "{}"), record(2, "k", "{}"));
      assertThat(outcomes.get(0)).as(each).isEqualTo(Outcome.accepted());
      assertThat(failure(outcomes.get(1)).kind()).as(each).isEqualTo(Kind.RETRYABLE);
    }
    for (String each : List.of("", "<html>", "[]", "{}", "{\"items\":7}", "{\"items\":[7]}")) {
      endpoint.answer(Response.of(200, each));
      assertThat(send(openOwn(), record(1, "k", "{}"), record(2, "k", "{}")))
          .as(each)
          .allSatisfy(outcome -> assertThat(failure(outcome).kind()).isEqualTo(Kind.RETRYABLE));
    }
    answer(item("s:1", 201), item("s:2", 201), item("s:3", 201));
    assertThat(send(openOwn(), record(1, "k", "{}"), record(2, "k", "{}")))
        .containsOnly(Outcome.accepted());
  }

  @ParameterizedTest
  @CsvSource({
    "301, FATAL",
    "302, FATAL",
    "307, FATAL",
    "308, FATAL",
    "400, FATAL",
    "401, FATAL",
    "403, FATAL",
    "404, FATAL",
    "406, FATAL",
    "408, RETRYABLE",
    "413, TOO_LARGE",
    "429, THROTTLED",
    "500, RETRYABLE",
    "502, RETRYABLE",
    "503, RETRYABLE",
    "504, RETRYABLE"
  })
  void send_errorOfTheCall_isOfEveryDocument(int status, Kind kind) throws Exception {
    endpoint.answer(
        Response.of(status, "{\"Message\":\"SECRET\"}")
            .with("location", endpoint.uri() + "/elsewhere")
            .with("retry-after", "7"));

    List<Outcome> outcomes = send(openOwn(), record(1, "k", "{}"), record(2, "k", "{}"));

    assertThat(outcomes)
        .hasSize(2)
        .allSatisfy(
            outcome -> {
              assertThat(failure(outcome).kind()).isEqualTo(kind);
              assertThat(failure(outcome).toString()).doesNotContain("SECRET");
              assertThat(failure(outcome).retryAfter())
                  .isEqualTo(kind == Kind.THROTTLED ? Duration.ofSeconds(7) : null);
            });
    assertThat(endpoint.requests()).as("one attempt, no redirect followed").hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({DOMAIN + ", eu-west-1, es", COLLECTION + ", us-east-1, aoss"})
  void send_toAws_isSigned(String destination, String region, String service) throws Exception {
    answer(item("s:1", 201));

    assertThat(send(open(destination), record(1, "k", "{}"))).containsExactly(Outcome.accepted());

    Request request = endpoint.last();
    assertThat(request.path()).isEqualTo("/orders/_bulk");
    assertThat(request.header("authorization"))
        .startsWith("AWS4-HMAC-SHA256 Credential=test/")
        .contains("/" + region + "/" + service + "/aws4_request")
        .contains("content-type;")
        .contains("x-amz-content-sha256");
    assertThat(request.header("x-amz-content-sha256")).matches("[0-9a-f]{64}");
  }

  @Test
  void send_nameWithOddLetters_isEncodedInThePath() throws Exception {
    answer(item("s:1", 201));

    send(open(endpoint.uri() + "#\u00e9%2e&="), record(1, "k", "{}"));

    assertThat(endpoint.last().path()).isEqualTo("/%C3%A9%252e%26%3D/_bulk");
  }

  @Test
  void send_expiredCredentialsOfARole_areFetchedAnew() throws Exception {
    AtomicInteger sessions = new AtomicInteger();
    List<String> keys = new ArrayList<>();
    endpoint.answer(
        request -> {
          if (request.text().contains("Action=AssumeRole")) {
            return Response.of(200, assumed("ASIA" + sessions.incrementAndGet()));
          }
          keys.add(String.valueOf(request.header("authorization")).split("[=/]")[1]);
          assertThat(request.header("x-amz-security-token")).isEqualTo("token" + sessions.get());
          return keys.size() == 2
              ? Response.of(
                  403, "{\"message\":\"The security token included in the request is expired\"}")
              : Response.of(200, "{\"items\":[" + item("s:1", 201) + "]}");
        });
    TargetSender sender =
        open(
            TargetConfig.builder(Records.KINESIS, "t", "opensearch", DOMAIN)
                .role(ROLE)
                .externalId("ext"));

    List<Outcome> outcomes = new ArrayList<>();
    for (int call = 0; call < 3; call++) {
      outcomes.addAll(send(sender, record(1, "k", "{}")));
    }

    assertThat(keys).containsExactly("ASIA1", "ASIA1", "ASIA2");
    assertThat(failure(outcomes.get(1)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "ExpiredToken");
    assertThat(outcomes.get(2)).isEqualTo(Outcome.accepted());
  }

  private static String assumed(String keyId) {
    return "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
        + "<AssumeRoleResult><Credentials><AccessKeyId>"
        + keyId
        + "</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token"
        + keyId.substring(4)
        + "</SessionToken><Expiration>"
        + Clock.systemUTC().instant().plusSeconds(900)
        + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
  }

  @Test
  void send_withPassword_readsItForEachCall() throws Exception {
    answer(item("s:1", 201));
    TargetSender sender = openOwn("auth", "basic", "user", "writer", "password", "search");

    Failure unset = failure(send(sender, record(1, "k", "{}")).get(0));
    assertThat(unset.kind()).isEqualTo(Kind.FATAL);
    assertThat(unset.detail()).contains(ProviderContext.SECRET_PREFIX + "search");
    assertThat(sender.check(Deadline.after(Duration.ofSeconds(30))))
        .extracting(Finding::severity)
        .containsExactly(Severity.ERROR);
    assertThat(endpoint.requests()).isEmpty();

    for (String password : List.of("one", "tw\u00f6")) {
      context.set(ProviderContext.SECRET_PREFIX + "search", password);
      assertThat(send(sender, record(1, "k", "{}"))).containsExactly(Outcome.accepted());
    }
    assertThat(endpoint.requests())
        .extracting(request -> request.header("authorization"))
        .containsExactly("Basic d3JpdGVyOm9uZQ==", "Basic d3JpdGVyOnR3w7Y=");
  }

  @ParameterizedTest
  @CsvSource({"200, OK", "404, WARNING", "403, ERROR", "302, ERROR", "503, WARNING"})
  void check_saysHowItIs(int status, Severity severity) {
    endpoint.answer(Response.of(status, ""));

    List<Finding> findings = openOwn().check(Deadline.after(Duration.ofSeconds(30)));

    assertThat(findings).extracting(Finding::severity).containsExactly(severity);
    assertThat(endpoint.last().method()).isEqualTo("HEAD");
    assertThat(endpoint.last().path()).isEqualTo("/orders");
  }

  @Test
  void conflictKey_isTheIdWhereRecordsMayShareOne() {
    Message message = Messages.of(record(1, "k", "{}"));

    assertThat(openOwn().conflictKey(message)).isNull();
    assertThat(openOwn("id", "none").conflictKey(message)).isNull();
    assertThat(openOwn("id", "key").conflictKey(message)).isEqualTo("k");
  }

  @Test
  void sizeInBytes_isWhatGoesOverTheWire() throws Exception {
    String oddKey = "\u0001\"\\\u20ac\ud83d\ude00";
    for (String action : List.of("index", "create", "update")) {
      for (String id : List.of("record", "key", "none")) {
        if (action.equals("update") && id.equals("none")) {
          continue;
        }
        TargetSender sender = openOwn("id", id, "action", action);
        FanoutRecord record = record(1, oddKey, "{\"a\":\"\u20ac\"}");
        answer();

        send(sender, record);

        assertThat(sender.sizeInBytes(Messages.of(record)))
            .as(action + " " + id)
            .isEqualTo(endpoint.last().body().length);
      }
    }
  }

  @Test
  void sizeInBytes_ofAnIdInTheDocument_isAtLeastWhatGoesOverTheWire() throws Exception {
    TargetSender sender = openOwn("id", "field:id");
    for (String id : Arrays.asList("a", "\\u0001".repeat(512), "\\u0001".repeat(513))) {
      FanoutRecord record = record(1, "k", "{\"id\":\"" + id + "\"}");
      answer();

      send(sender, record);

      assertThat(sender.sizeInBytes(Messages.of(record)))
          .isBetween((long) endpoint.last().body().length, endpoint.last().body().length + 3_072L);
    }
  }
}
