package org.streamfanout.admin.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.streamfanout.admin.doctor.Diagnosis.Level.OK;
import static org.streamfanout.admin.doctor.Diagnosis.Level.PROBLEM;
import static org.streamfanout.admin.doctor.Diagnosis.Level.UNKNOWN;
import static org.streamfanout.admin.doctor.Diagnosis.Level.WARNING;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.admin.doctor.Diagnosis.Level;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.testkit.RecordingEndpoint.Response;

/**
 * Each check against a stand-in for an account in which one thing is wrong: that thing is found,
 * and nothing else. Whatever a test does, the stand-in refuses calls that may write.
 */
class DoctorTest {
  private final Account account = new Account();

  /** Kinesis would speak CBOR, which the stand-in does not. */
  @BeforeAll
  static void inText() {
    System.setProperty("aws.cborEnabled", "false");
  }

  @AfterAll
  static void inBinary() {
    System.clearProperty("aws.cborEnabled");
  }

  @AfterEach
  void onlyRead() {
    account.close();
  }

  private Doctor.Builder doctor() {
    return Doctor.builder(account.clients(), "fanoutTargets")
        .function("fanout")
        .again(" --function fanout")
        .settings(Map.of(ProviderContext.ENDPOINT_URL, account.uri().toString()));
  }

  private List<Diagnosis> unwell() {
    return doctor().build().examine().stream().filter(each -> each.level() != OK).toList();
  }

  /** Returns the one thing that is not well. */
  private ObjectAssert<Diagnosis> one(Level level, String check) {
    return assertThat(unwell())
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.level()).as(each.toString()).isEqualTo(level);
              assertThat(each.check()).as(each.toString()).isEqualTo(check);
            });
  }

  private void one(Level level, String check, String text, String... command) {
    one(level, check)
        .satisfies(
            each -> {
              assertThat(each.text()).contains(text);
              assertThat(List.of(command))
                  .allSatisfy(part -> assertThat(each.commands().toString()).contains(part));
            });
  }

  @Test
  void examine_allIsWell_everyCheckSaysSo() {
    account.row(
        "there",
        "sqs",
        Account.QUEUE,
        "'role':{'S':'"
            + Account.TARGET_ROLE
            + "'},'externalId':{'S':'x-1'},'onFailure':{'S':'DROP'}");

    List<Diagnosis> all = doctor().build().examine();

    assertThat(all).allSatisfy(each -> assertThat(each.level()).as(each.toString()).isEqualTo(OK));
    assertThat(all)
        .extracting(Diagnosis::check)
        .contains(
            "rows",
            "function",
            "mapping",
            "source",
            "clock",
            "retention",
            "role",
            "reach",
            "limits",
            "encryption",
            "permissions",
            "network",
            "dead letters");
    assertThat(account.operations()).contains("SimulatePrincipalPolicy", "AssumeRole", "Scan");
    assertThat(all.toString()).doesNotContain("x-1");
  }

  @Test
  void examine_oneSourceForAWorker_looksAtNoFunction() {
    List<Diagnosis> all =
        doctor().function(null).source(Source.of(Account.STREAM)).build().examine();

    assertThat(all).allSatisfy(each -> assertThat(each.level()).as(each.toString()).isEqualTo(OK));
    assertThat(account.operations())
        .contains("Query")
        .doesNotContain("Scan", "GetFunctionConfiguration", "ListEventSourceMappings");
  }

  @Test
  void examine_callThatHangs_isUnknownAndEndsNoOther() {
    account.hangs("SimulatePrincipalPolicy");

    List<Diagnosis> all = doctor().limit(Duration.ofSeconds(3)).build().examine();

    assertThat(all)
        .filteredOn(each -> each.check().equals("permissions"))
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.level()).isEqualTo(UNKNOWN);
              assertThat(each.text()).isEqualTo("did not end within 3 s");
            });
    assertThat(all).extracting(Diagnosis::check).contains("network", "dead letters");
  }

  @ParameterizedTest
  @CsvSource({
    "Scan,dynamodb:Scan,rows",
    "DescribeTable,dynamodb:DescribeTable,table",
    "GetFunctionConfiguration,lambda:GetFunctionConfiguration,function",
    "GetFunctionConcurrency,lambda:GetFunctionConcurrency,function",
    "ListEventSourceMappings,lambda:ListEventSourceMappings,mapping",
    "DescribeStreamSummary,kinesis:DescribeStreamSummary,source",
    "DescribeKey,kms:DescribeKey,encryption",
    "SimulatePrincipalPolicy,iam:SimulatePrincipalPolicy,permissions",
  })
  void examine_lookThatIsDenied_isUnknownAndNamesTheAction(
      String operation, String action, String check) {
    account.denied(operation);

    one(UNKNOWN, check, "allow " + action);
  }

  @Test
  void reach_deniedQueue_isUnknownAndNamesWhatDeliversNeeds() {
    account.denied("GetQueueAttributes");

    assertThat(unwell())
        .allSatisfy(each -> assertThat(each.level()).as(each.toString()).isEqualTo(UNKNOWN))
        .anySatisfy(
            each -> {
              assertThat(each.check()).isEqualTo("reach");
              assertThat(each.text()).contains("sqs:SendMessage");
            });
  }

  @Test
  void rows_tableThatIsNotThere_isAProblem() {
    account.fails("Scan", 400, "ResourceNotFoundException");

    one(PROBLEM, "rows", "make it with ./fanout deploy");
  }

  @Test
  void isPassed_onlyWhatStopsRecords_orHidesTheRows_isAReasonToStop() {
    assertThat(Doctor.isPassed(doctor().build().examine())).isTrue();
    account.denied("SimulatePrincipalPolicy").size("10", "512");
    assertThat(Doctor.isPassed(doctor().build().examine())).isTrue();
    account.mapping("'State':'Disabled'");
    assertThat(Doctor.isPassed(doctor().build().examine())).isFalse();
    account.mapping("").denied("Scan");
    assertThat(Doctor.isPassed(doctor().build().examine())).isFalse();
  }

  @Test
  void rows_none_isAProblem() {
    account.noRows().mappings();

    one(PROBLEM, "rows", "there are no targets");
  }

  @Test
  void rows_activeRowThatCannotBeUsed_isAProblem() {
    account.row("bad", "sqs", "nowhere", "'onFailure':{'S':'DROP'}");

    one(PROBLEM, "rows", "Until then its records are held");
  }

  @Test
  void rows_deadLetterThatNamesNobody_isAProblem() {
    account.row(
        "b", "sqs", Account.QUEUE, "'onFailure':{'S':'DEAD_LETTER'},'deadLetter':{'S':'nobody'}");

    one(PROBLEM, "rows", "nobody");
  }

  @Test
  void rows_badRowThatIsSwitchedOff_isAWarning() {
    account.row("bad", "sqs", "nowhere", "'active':{'BOOL':false}");

    one(WARNING, "rows", "is not active, and could not be");
  }

  @Test
  void rows_unknownColumn_isAWarning() {
    account.row("c", "sqs", Account.QUEUE, "'onFailure':{'S':'DROP'},'colapse':{'S':'none'}");

    one(WARNING, "rows", "nobody understands the column colapse");
  }

  @Test
  void rows_noneOfASourceActive_isAWarning() {
    account.noRows().row("off", "sqs", Account.QUEUE, "'active':{'BOOL':false}");

    one(WARNING, "rows", "no active target");
  }

  @Test
  void rows_sourceWithoutAny_isAProblem() {
    account.noRows();

    List<Diagnosis> all =
        doctor().source(Source.of(Account.STREAM)).build().examine().stream()
            .filter(each -> each.level() != OK)
            .toList();

    assertThat(all).singleElement().extracting(Diagnosis::text).asString().contains("no targets");
  }

  @Test
  void function_thatIsNotThere_isAProblem() {
    account.fails("GetFunctionConfiguration", 404, "ResourceNotFoundException");

    one(PROBLEM, "function", "--no-function");
  }

  @Test
  void function_thatCannotRun_isAProblem() {
    account.function("'State':'Failed','StateReason':'no image'");

    one(PROBLEM, "function", "is Failed: no image");
  }

  @Test
  void function_whoseUpdateFailed_isAProblem() {
    account.function("'LastUpdateStatus':'Failed','LastUpdateStatusReason':'why'");

    one(PROBLEM, "function", "its last update failed: why");
  }

  @Test
  void function_ofAnotherTable_isAProblem() {
    account.variables("'FANOUT_TABLE_NAME':'others'");

    one(PROBLEM, "function", "reads the table 'others'", "--table others");
  }

  @Test
  void function_withAShortTimeout_isAWarning() {
    account.size("10", "512");

    one(WARNING, "function", "its timeout of 10 s", "--timeout 60");
  }

  @Test
  void function_withAShortTimeoutThatItsAttemptsFit_isWell() {
    account.size("10", "512").variables("'FANOUT_RETRY_ATTEMPT_TIMEOUT':'2500ms'");

    assertThat(unwell()).isEmpty();
  }

  @Test
  void function_withLittleMemory_isAWarning() {
    account.size("60", "128");

    one(WARNING, "function", "it has 128 MB", "--memory-size 512");
  }

  @Test
  void function_thatMayNotRun_isAProblem() {
    account.json("GetFunctionConcurrency", "{'ReservedConcurrentExecutions':0}");

    one(PROBLEM, "function", "concurrency is 0", "delete-function-concurrency");
  }

  @Test
  void mapping_none_isAProblem() {
    account.mappings();

    one(
        PROBLEM,
        "mapping",
        "no mapping brings",
        "./fanout hook --function fanout --source-arn " + Account.STREAM);
  }

  @Test
  void mapping_ofASourceWithoutRows_isAProblem() {
    String other = Account.STREAM + "-2";
    account.mappings(Account.STREAM, other);

    one(PROBLEM, "mapping", "brings records of " + other, "./fanout unhook");
  }

  @Test
  void mapping_ofASourceWithoutRows_isWellWhereThatIsWanted() {
    account.mappings(Account.STREAM, Account.STREAM + "-2");
    account.variables("'FANOUT_ALLOW_NO_TARGETS':'true'");

    assertThat(unwell()).isEmpty();
  }

  static Stream<Arguments> topics() {
    return Stream.of(
        Arguments.of(
            "arn:aws:kafka:eu-west-1:123456789012:topic/c/u/t",
            "'EventSourceArn':'arn:aws:kafka:eu-west-1:123456789012:cluster/c/u'"),
        Arguments.of(
            "kafka://a:9092,b:9092/t",
            "'SelfManagedEventSource':{'Endpoints':"
                + "{'KAFKA_BOOTSTRAP_SERVERS':['b:9092','a:9092']}}"));
  }

  @ParameterizedTest
  @MethodSource("topics")
  void mapping_ofATopic_isFoundByItsRowsSource(String source, String more) {
    account
        .noRows()
        .rowOf(source, "a", "sqs", Account.QUEUE, "'onFailure':{'S':'DROP'}")
        .json(
            "ListEventSourceMappings",
            "{'EventSourceMappings':[{'UUID':'u','State':'Enabled','Topics':['t'],"
                + "'FunctionArn':'arn:aws:lambda:eu-west-1:123456789012:function:fanout',"
                + more
                + "}]}");

    one(UNKNOWN, "source", "a topic is not asked");
  }

  @Test
  void mapping_ofAConsumer_isTheStreams() {
    account.mappingOf(Account.STREAM + "/consumer/c:1", "");

    assertThat(unwell()).isEmpty();
  }

  @Test
  void mapping_inAnotherRegion_isAProblem() {
    account.noRows().mappings();
    String there = "arn:aws:kinesis:us-east-1:123456789012:stream/in";
    account.rowOf(there, "a", "sqs", Account.QUEUE, "'onFailure':{'S':'DROP'}");

    one(PROBLEM, "mapping", "a mapping needs both in one region", "deploy --region us-east-1");
  }

  @Test
  void mapping_disabled_isAProblem() {
    account.mapping("'State':'Disabled'");

    one(PROBLEM, "mapping", "is Disabled", "./fanout resume");
  }

  @Test
  void mapping_thatChanges_isAWarning() {
    account.mapping("'State':'Updating'");

    one(WARNING, "mapping", "is Updating");
  }

  @Test
  void mapping_whoseInvocationFailed_isAProblem() {
    account.mapping("'LastProcessingResult':'PROBLEM: Function call failed'");

    one(PROBLEM, "mapping", "PROBLEM: Function call failed");
  }

  @Test
  void mapping_thatIgnoresPartialAnswers_isAProblemOfLoss() {
    account.variables("'FANOUT_PARTIAL_RESPONSES':'true'");

    one(
        PROBLEM,
        "mapping",
        "THE RECORDS THAT IT NAMES ARE LOST",
        "--uuid u-1 --function-response-types ReportBatchItemFailures");
  }

  @Test
  void mapping_thatExpectsWhatTheFunctionDoesNotAnswer_isAWarning() {
    account.mapping("'FunctionResponseTypes':['ReportBatchItemFailures']");

    one(WARNING, "mapping", "nothing is lost");
  }

  @Test
  void mapping_bothSidesPartial_isWell() {
    account
        .variables("'FANOUT_PARTIAL_RESPONSES':'true'")
        .mapping("'FunctionResponseTypes':['ReportBatchItemFailures']");

    assertThat(unwell()).isEmpty();
  }

  @Test
  void mapping_thatGivesUpWhatIsHeld_isAProblemOfLoss() {
    account.row("h", "sqs", Account.QUEUE, "").mapping("'MaximumRetryAttempts':3");

    assertThat(unwell())
        .filteredOn(each -> each.level() == PROBLEM)
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.check()).isEqualTo("mapping");
              assertThat(each.text()).contains("HOLD of h ends there: THE RECORDS ARE LOST");
              assertThat(each.commands()).singleElement().asString().contains("-1");
            });
  }

  @Test
  void mapping_thatGivesUpWhatNobodyHolds_isAWarning() {
    account.mapping("'MaximumRecordAgeInSeconds':3600");

    one(WARNING, "mapping", "without a word");
  }

  @Test
  void mapping_thatGivesUpToADestination_isAWarning() {
    account.mapping(
        "'MaximumRetryAttempts':3,'DestinationConfig':{'OnFailure':{'Destination':'"
            + Account.LETTERS
            + "'}}");

    one(WARNING, "mapping", "Its place goes to " + Account.LETTERS);
  }

  @Test
  void mapping_thatHalves_isAWarning() {
    account.mapping("'BisectBatchOnFunctionError':true");

    one(WARNING, "mapping", "halves a batch", "--no-bisect-batch-on-function-error");
  }

  @Test
  void source_thatIsNotThere_isAProblem() {
    account.fails("DescribeStreamSummary", 400, "ResourceNotFoundException");

    one(PROBLEM, "source", "there is no such stream");
  }

  @ParameterizedTest
  @CsvSource({"2026-01-01,''", "2025-01-01,the table has a newer stream"})
  void source_tableStream_isTheLatest(String label, String wrong) {
    String table = "arn:aws:dynamodb:eu-west-1:123456789012:table/t";
    String stream = table + "/stream/" + label + "T00:00:00.000";
    account
        .noRows()
        .rowOf(stream, "a", "sqs", Account.QUEUE, "'onFailure':{'S':'DROP'}")
        .mappingOf(stream, "")
        .answer(
            "DescribeTable",
            request ->
                Account.json(
                    request.text().contains("fanoutTargets")
                        ? "{'Table':{'TableArn':"
                            + "'arn:aws:dynamodb:eu-west-1:123456789012:table/fanoutTargets'}}"
                        : "{'Table':{'TableArn':'"
                            + table
                            + "','LatestStreamArn':'"
                            + table
                            + "/stream/2026-01-01T00:00:00.000','StreamSpecification':"
                            + "{'StreamEnabled':true,'StreamViewType':'NEW_AND_OLD_IMAGES'}}}"));

    if (wrong.isEmpty()) {
      assertThat(unwell()).isEmpty();
    } else {
      one(PROBLEM, "source", wrong);
    }
  }

  @Test
  void retention_shorterThanARowsPatience_isAWarning() {
    account.row("r", "sqs", Account.QUEUE, "'onFailure':{'S':'DROP'},'maxRecordAge':{'N':'86400'}");

    one(WARNING, "retention", "gives a record up after 86400 s", "increase-stream-retention");
  }

  @Test
  void retention_thatTheFunctionDoesNotKnow_isAWarning() {
    account.stream("'RetentionPeriodHours':168,'EncryptionType':'KMS','KeyId':'k'");

    one(WARNING, "retention", "FANOUT_RETENTION_HOURS=168");
  }

  @Test
  void retention_thatTheFunctionKnows_isWell() {
    account.stream("'RetentionPeriodHours':168,'EncryptionType':'KMS','KeyId':'k'")
        .variables("'FANOUT_RETENTION_HOURS':'168'");

    assertThat(unwell()).isEmpty();
  }

  @Test
  void retention_shorterThanTheMappingsPatience_isAWarning() {
    account.mapping("'MaximumRecordAgeInSeconds':86400");

    assertThat(unwell())
        .filteredOn(each -> each.check().equals("retention"))
        .singleElement()
        .extracting(Diagnosis::text)
        .asString()
        .contains("comes too late");
  }

  private void rowWithRole(String role, String externalId) {
    account.row(
        "there",
        "sqs",
        Account.QUEUE,
        "'onFailure':{'S':'DROP'},'role':{'S':'"
            + role
            + "'}"
            + (externalId.isEmpty() ? "" : ",'externalId':{'S':'" + externalId + "'}"));
  }

  @Test
  void role_thatNeedsNoExternalId_isAWarning() {
    rowWithRole(Account.TARGET_ROLE, "x-1");
    account.answer("AssumeRole", request -> Account.credentials());

    one(WARNING, "role", "can be assumed without its external id");
  }

  @Test
  void role_ofAnotherAccountWithoutExternalId_isAWarning() {
    rowWithRole(Account.OTHER_ROLE, "");
    account.answer("AssumeRole", request -> Account.credentials());

    assertThat(unwell())
        .extracting(Diagnosis::level, Diagnosis::check)
        .containsExactly(tuple(WARNING, "role"), tuple(UNKNOWN, "permissions"));
  }

  @Test
  void role_ofAnotherAccountThatThisMachineMayNotAssume_isUnknownEverywhere() {
    rowWithRole(Account.OTHER_ROLE, "wrong-1");

    List<Diagnosis> unwell = unwell();

    assertThat(unwell)
        .allSatisfy(each -> assertThat(each.level()).as(each.toString()).isEqualTo(UNKNOWN));
    assertThat(unwell).extracting(Diagnosis::check).contains("role", "reach");
    assertThat(unwell.toString()).contains("sts:AssumeRole").doesNotContain("wrong-1");
  }

  static Stream<Arguments> trust() {
    String ours = "'Principal':{'AWS':'" + Account.ROLE + "'}";
    String account = "'Principal':{'AWS':['arn:aws:iam::123456789012:root']}";
    String id = ",'Condition':{'StringEquals':{'sts:ExternalId':['a','x-2']}}";
    return Stream.of(
        Arguments.of(ours, OK, "trusts " + Account.ROLE),
        Arguments.of(account + id, OK, "trusts"),
        Arguments.of(
            "'Principal':{'AWS':'arn:aws:iam::123456789012:role/other'}",
            PROBLEM,
            "does not trust"),
        Arguments.of("'Principal':{'Service':'lambda.amazonaws.com'}", PROBLEM, "does not trust"),
        Arguments.of(ours + id.replace("x-2", "x-3"), PROBLEM, "another external id"),
        Arguments.of(
            ours + ",'Condition':{'IpAddress':{'aws:SourceIp':'10.0.0.0/8'}}",
            UNKNOWN,
            "conditions of its own"));
  }

  @ParameterizedTest
  @MethodSource("trust")
  void role_thatThisMachineMayNotAssume_saysWhomItTrusts(
      String statement, Level level, String text) {
    rowWithRole(Account.TARGET_ROLE, "x-2");
    String document =
        "{'Statement':[{'Effect':'Allow','Action':'sts:AssumeRole'," + statement + "}]}";
    account.xml(
        "GetRole",
        "<Role><AssumeRolePolicyDocument>"
            + URLEncoder.encode(document.replace('\'', '"'), StandardCharsets.UTF_8)
            + "</AssumeRolePolicyDocument></Role>");

    List<Diagnosis> all = doctor().build().examine();

    assertThat(all)
        .filteredOn(each -> each.check().equals("role"))
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.level()).as(each.toString()).isEqualTo(level);
              assertThat(each.text()).contains(text);
            });
    assertThat(all.toString()).doesNotContain("x-2");
  }

  @Test
  void role_thatMayNotBeLookedAt_isUnknownAndNamesTheAction() {
    rowWithRole(Account.TARGET_ROLE, "x-2");
    account.denied("GetRole");

    assertThat(unwell())
        .filteredOn(each -> each.check().equals("role"))
        .singleElement()
        .extracting(Diagnosis::text)
        .asString()
        .contains("allow iam:GetRole");
  }

  @Test
  void reach_queueThatIsNotThere_isAProblem() {
    account.answer(
        "GetQueueAttributes",
        request ->
            request.text().contains("gone")
                ? Account.failure(request, 400, "AWS.SimpleQueueService.NonExistentQueue")
                : Account.json(
                    "{'Attributes':{'QueueArn':'q','SqsManagedSseEnabled':'true',"
                        + "'MessageRetentionPeriod':'1209600'}}"));
    account.row("g", "sqs", "arn:aws:sqs:eu-west-1:123456789012:gone", "'onFailure':{'S':'DROP'}");

    one(PROBLEM, "reach", "could not be checked");
  }

  private void rowWithClaimChecks() {
    account.row(
        "c",
        "sqs",
        Account.QUEUE,
        "'onFailure':{'S':'DROP'},'oversize':{'S':'CLAIM_CHECK'},'claimCheck':{'S':'s3://bucket'}");
  }

  @Test
  void reach_bucketOfClaimChecks_isWellIfItIsThere() {
    rowWithClaimChecks();
    account.answer("HeadBucket", request -> Response.of(200, ""));

    assertThat(unwell()).isEmpty();
    assertThat(account.operations()).contains("HeadBucket");
    assertThat(account.simulated()).anySatisfy(each -> assertThat(each).contains("s3:PutObject"));
  }

  @Test
  void reach_bucketOfClaimChecksThatIsNotThere_isAProblem() {
    rowWithClaimChecks();
    account.answer("HeadBucket", request -> Response.of(404, ""));

    one(PROBLEM, "reach", "bucket bucket could not be checked");
  }

  @Test
  void limits_rowThatExpectsMore_isAWarning() {
    account
        .queue("'MaximumMessageSize':'2048'")
        .row("m", "sqs", Account.QUEUE, "'onFailure':{'S':'DROP'},'maxMessageBytes':{'N':'4096'}");

    one(WARNING, "limits", "column 'maxMessageBytes' is 4096, and the destination takes 2048");
  }

  @Test
  void limits_largerRecordsThanAHoldingTargetTakes_areAWarning() {
    account.queue("'MaximumMessageSize':'2048'").row("m", "sqs", Account.QUEUE, "");

    assertThat(unwell())
        .filteredOn(each -> each.check().equals("limits"))
        .singleElement()
        .extracting(Diagnosis::text)
        .asString()
        .contains("HOLD stops its shard there");
  }

  @Test
  void limits_recordsThatNoInvocationHolds_areAWarning() {
    account.stream("'MaxRecordSizeInKiB':10240,'EncryptionType':'KMS','KeyId':'k'");

    one(WARNING, "limits", "never reaches the function");
  }

  @Test
  void encryption_sourceWithout_isAWarning() {
    account.stream("'EncryptionType':'NONE'");

    one(WARNING, "encryption", "is not encrypted", "start-stream-encryption");
  }

  @Test
  void encryption_queuesWithout_areWarnings() {
    account.queue("'SqsManagedSseEnabled':'false'");

    assertThat(unwell())
        .hasSize(2)
        .allSatisfy(
            each -> {
              assertThat(each.check()).isEqualTo("encryption");
              assertThat(each.level()).isEqualTo(WARNING);
              assertThat(each.commands())
                  .singleElement()
                  .asString()
                  .contains("SqsManagedSseEnabled=true");
            });
  }

  static Stream<Arguments> encrypted() {
    String topic = "arn:aws:sns:eu-west-1:123456789012:t";
    String stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/out";
    String delivery = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/f";
    String topicOf = "<Attributes><entry><key>%s</key><value>x</value></entry></Attributes>";
    return Stream.of(
        Arguments.of("sns", topic, topicOf.formatted("KmsMasterKeyId"), OK),
        Arguments.of("sns", topic, topicOf.formatted("DisplayName"), WARNING),
        Arguments.of("kinesis", stream, "'EncryptionType':'KMS','KeyId':'k'", OK),
        Arguments.of("kinesis", stream, "'EncryptionType':'NONE'", WARNING),
        Arguments.of("firehose", delivery, "'Status':'ENABLED','KeyType':'AWS_OWNED_CMK'", OK),
        Arguments.of("firehose", delivery, "'Status':'DISABLED'", WARNING));
  }

  @ParameterizedTest
  @MethodSource("encrypted")
  void encryption_ofEachType_isAskedFor(String type, String destination, String told, Level level) {
    switch (type) {
      case "sns" -> account.xml("GetTopicAttributes", told);
      case "kinesis" -> account.stream(told);
      default ->
          account.json(
              "DescribeDeliveryStream",
              "{'DeliveryStreamDescription':{'DeliveryStreamEncryptionConfiguration':{"
                  + told
                  + "}}}");
    }
    account.row("e", type, destination, "'onFailure':{'S':'DROP'}");

    assertThat(doctor().build().examine())
        .filteredOn(each -> each.check().equals("encryption") && each.subject().contains("'e'"))
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.level()).as(each.toString()).isEqualTo(level);
              assertThat(each.commands()).hasSize(level == OK ? 0 : 1);
            });
  }

  @Test
  void encryption_ofATable_isThereAlways() {
    account.row(
        "e",
        "dynamodb",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/things",
        "'onFailure':{'S':'DROP'},'options':{'M':{'partitionKey':{'S':'k'}}}");

    assertThat(doctor().build().examine())
        .filteredOn(each -> each.check().equals("encryption") && each.subject().contains("'e'"))
        .singleElement()
        .extracting(Diagnosis::level)
        .isEqualTo(OK);
  }

  private void ownKey(String state) {
    account.json(
        "DescribeKey",
        "{'KeyMetadata':{'KeyId':'k','Arn':'arn:aws:kms:eu-west-1:123456789012:key/k','KeyState':'"
            + state
            + "','KeyManager':'CUSTOMER'}}");
  }

  @ParameterizedTest
  @CsvSource({
    "Disabled,enable-key",
    "PendingDeletion,cancel-key-deletion",
  })
  void encryption_keyThatCannotBeUsed_isAProblem(String state, String command) {
    ownKey(state);

    one(PROBLEM, "encryption", "nothing can be read or written", command);
  }

  @Test
  void encryption_keyThatTheRoleMayNotUse_isAProblem() {
    ownKey("Enabled");
    account.decides("kms:Decrypt", "implicitDeny");

    one(PROBLEM, "encryption", "kms:Decrypt on arn:aws:kms", "put-role-policy --role-name fanout");
  }

  @Test
  void encryption_ownKeysThatTheRoleMayUse_areWell() {
    ownKey("Enabled");
    account.queue("'KmsMasterKeyId':'k'");

    assertThat(unwell()).isEmpty();
  }

  @Test
  void permissions_whatNoPolicyAllows_isAProblemWithTheCommandThatAllowsIt() {
    account.decides("sqs:SendMessage", "implicitDeny");

    assertThat(unwell())
        .hasSize(2)
        .allSatisfy(
            each -> {
              assertThat(each.check()).isEqualTo("permissions");
              assertThat(each.level()).isEqualTo(PROBLEM);
              assertThat(each.text()).contains("no policy of its own allows it sqs:SendMessage on");
              assertThat(each.commands())
                  .singleElement()
                  .asString()
                  .contains("'{\"Version\":\"2012-10-17\"", "\"sqs:SendMessage\"");
            });
  }

  @Test
  void permissions_whatAPolicyForbids_isAProblem() {
    account.decides("dynamodb:Query", "explicitDeny");

    one(PROBLEM, "permissions", "a policy forbids it dynamodb:Query");
  }

  @Test
  void permissions_ofTheFunction_areAllThatItNeeds() {
    vpc("", GATEWAY + interfaceEndpoint(true), OPEN);
    account
        .variables("'FANOUT_PROGRESS_TABLE':'progress'")
        .mappingOf(Account.STREAM + "/consumer/c:1", "");

    assertThat(unwell()).isEmpty();
    assertThat(String.join("\n", account.simulated()))
        .contains(
            "dynamodb:Query",
            "table/fanoutTargets",
            "dynamodb:PutItem",
            "table/progress",
            "kinesis:GetRecords",
            "kinesis:SubscribeToShard",
            "/consumer/c:1",
            "sqs:SendMessage",
            Account.QUEUE,
            Account.LETTERS,
            "ec2:CreateNetworkInterface",
            "logs:PutLogEvents");
  }

  @Test
  void permissions_theTargetsRole_isAskedForWhatItDoes() {
    rowWithRole(Account.TARGET_ROLE, "x-1");
    account.decides("sts:AssumeRole", "implicitDeny");

    one(PROBLEM, "permissions", "sts:AssumeRole on " + Account.TARGET_ROLE);
  }

  @Test
  void network_privateHostAndNoVpc_isAProblem() {
    account.row(
        "cache",
        "redis",
        "r.abc.ng.0001.euw1.cache.amazonaws.com:6379",
        "'onFailure':{'S':'DROP'}");

    assertThat(doctor().build().examine())
        .filteredOn(each -> each.check().equals("network"))
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.level()).isEqualTo(PROBLEM);
              assertThat(each.text()).contains("from its VPC only");
            });
  }

  private static final String CACHE = "r.abc.ng.0001.euw1.cache.amazonaws.com";

  private void cacheIn(String vpc, String primary) {
    account
        .row("cache", "redis", CACHE + ":6379", "'onFailure':{'S':'DROP'}")
        .xml(
            "DescribeReplicationGroups",
            "<ReplicationGroups><ReplicationGroup><MemberClusters><ClusterId>r-001</ClusterId>"
                + "</MemberClusters><NodeGroups><NodeGroup><PrimaryEndpoint><Address>"
                + primary
                + "</Address></PrimaryEndpoint></NodeGroup></NodeGroups></ReplicationGroup>"
                + "</ReplicationGroups>")
        .xml(
            "DescribeCacheClusters",
            "<CacheClusters><CacheCluster><CacheClusterId>r-001</CacheClusterId>"
                + "<CacheSubnetGroupName>g</CacheSubnetGroupName></CacheCluster></CacheClusters>")
        .xml(
            "DescribeCacheSubnetGroups",
            "<CacheSubnetGroups><CacheSubnetGroup><VpcId>"
                + vpc
                + "</VpcId></CacheSubnetGroup></CacheSubnetGroups>");
  }

  static Stream<Arguments> caches() {
    String peering =
        "<item><destinationCidrBlock>10.1.0.0/16</destinationCidrBlock>"
            + "<vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId></item>";
    return Stream.of(
        Arguments.of("vpc-1", CACHE, "", OK),
        Arguments.of("vpc-2", CACHE, "", PROBLEM),
        Arguments.of("vpc-2", CACHE, peering, WARNING),
        Arguments.of("vpc-1", "another", "", UNKNOWN));
  }

  @ParameterizedTest
  @MethodSource("caches")
  void network_cache_isInTheFunctionsVpc(String vpc, String primary, String route, Level level) {
    cacheIn(vpc, primary);
    vpc(route, GATEWAY + interfaceEndpoint(true), OPEN);

    assertThat(doctor().build().examine())
        .filteredOn(each -> each.check().equals("network"))
        .singleElement()
        .extracting(Diagnosis::level)
        .isEqualTo(level);
  }

  private static final String GATEWAY =
      "<item><vpcEndpointId>vpce-1</vpcEndpointId><vpcEndpointType>Gateway</vpcEndpointType>"
          + "<serviceName>com.amazonaws.eu-west-1.dynamodb</serviceName><state>available</state>"
          + "<routeTableIdSet><item>rtb-1</item></routeTableIdSet></item>";

  private static String interfaceEndpoint(boolean privateDns) {
    return "<item><vpcEndpointId>vpce-2</vpcEndpointId><vpcEndpointType>Interface</vpcEndpointType>"
        + "<serviceName>com.amazonaws.eu-west-1.sqs</serviceName><state>available</state>"
        + "<privateDnsEnabled>"
        + privateDns
        + "</privateDnsEnabled></item>";
  }

  private static final String OPEN =
      "<item><ipProtocol>-1</ipProtocol><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item>"
          + "</ipRanges></item>";

  private void vpc(String route, String endpoints, String egress) {
    account
        .function("'VpcConfig':{'VpcId':'vpc-1','SubnetIds':['s-1'],'SecurityGroupIds':['sg-1']}")
        .ec2(
            "DescribeSubnets",
            "<subnetSet><item><subnetId>s-1</subnetId><vpcId>vpc-1</vpcId></item></subnetSet>")
        .ec2(
            "DescribeRouteTables",
            "<routeTableSet><item><routeTableId>rtb-1</routeTableId><associationSet><item>"
                + "<main>true</main></item></associationSet><routeSet>"
                + route
                + "</routeSet></item></routeTableSet>")
        .ec2("DescribeVpcEndpoints", "<vpcEndpointSet>" + endpoints + "</vpcEndpointSet>")
        .ec2(
            "DescribeSecurityGroups",
            "<securityGroupInfo><item><groupId>sg-1</groupId><ipPermissionsEgress>"
                + egress
                + "</ipPermissionsEgress></item></securityGroupInfo>");
  }

  private static String route(String by) {
    return "<item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>" + by + "</item>";
  }

  static Stream<Arguments> ways() {
    List<Arguments> ways = new ArrayList<>();
    ways.add(
        Arguments.of(route("<natGatewayId>nat-1</natGatewayId><state>active</state>"), "", "NAT"));
    ways.add(Arguments.of("", GATEWAY + interfaceEndpoint(true), "endpoints"));
    return ways.stream();
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("ways")
  void network_vpcWithAWay_isWell(String route, String endpoints, String name) {
    vpc(route, endpoints, OPEN);

    assertThat(unwell()).as(name).isEmpty();
  }

  static Stream<Arguments> cutOff() {
    return Stream.of(
        Arguments.of("", "nothing"),
        Arguments.of(route("<gatewayId>igw-1</gatewayId><state>active</state>"), "internet"),
        Arguments.of(
            route("<natGatewayId>nat-1</natGatewayId><state>blackhole</state>"), "blackhole"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("cutOff")
  void network_vpcWithoutAWay_isAProblemForEachService(String route, String name) {
    vpc(route, "", OPEN);

    assertThat(unwell())
        .as(name)
        .extracting(Diagnosis::level, Diagnosis::check, Diagnosis::subject)
        .containsExactly(
            tuple(PROBLEM, "network", "dynamodb in eu-west-1"),
            tuple(PROBLEM, "network", "sqs in eu-west-1"));
    assertThat(unwell().toString())
        .contains("--vpc-endpoint-type Gateway --route-table-ids rtb-1")
        .contains("Interface --private-dns-enabled --subnet-ids s-1 --security-group-ids sg-1");
  }

  @Test
  void network_endpointWithoutPrivateDns_isAProblem() {
    vpc("", GATEWAY + interfaceEndpoint(false), OPEN);

    one(PROBLEM, "network", "has no private DNS", "modify-vpc-endpoint");
  }

  @Test
  void network_groupsThatLetNothingOut_areAProblem() {
    vpc(
        "",
        GATEWAY + interfaceEndpoint(true),
        "<item><ipProtocol>tcp</ipProtocol><fromPort>6379</fromPort><toPort>6379</toPort></item>");

    one(PROBLEM, "network", "lets HTTPS out", "authorize-security-group-egress");
  }

  @Test
  void network_thatMayNotBeLookedAt_isUnknown() {
    vpc("", "", OPEN);
    account.fails("DescribeSubnets", 403, "UnauthorizedOperation");

    one(UNKNOWN, "network", "allow ec2:DescribeSubnets");
  }

  @Test
  void deadLetters_targetThatHoldsInAFunction_isAWarning() {
    account.row("h", "sqs", Account.QUEUE, "");

    one(
        WARNING,
        "dead letters",
        "its shard stands still",
        "--id h --on-failure DEAD_LETTER --dead-letter letters");
  }

  @Test
  void deadLetters_thatWait_areAWarningWithTheReplay() {
    account.queue("'ApproximateNumberOfMessages':'7'");

    one(
        WARNING,
        "dead letters",
        "about 7 letters wait",
        "./fanout replay --from ",
        "/123456789012/letters --target queue --table fanoutTargets --dry-run");
  }

  @Test
  void deadLetters_thatAreForgottenSoon_areAWarning() {
    account.queue("'MessageRetentionPeriod':'345600'");

    one(WARNING, "dead letters", "after 96 h", "MessageRetentionPeriod=1209600");
  }

  @ParameterizedTest
  @CsvSource({"0,OK", "29,OK", "31,WARNING", "-31,WARNING", "301,PROBLEM", "-301,PROBLEM"})
  void clock_apart_isAsBadAsItIsFar(long seconds, Level level) {
    Notes notes = new Notes("clock");
    Instant theirs = Instant.parse("2026-11-22T00:00:00Z");

    ClockCheck.tell(theirs, theirs.plusSeconds(seconds), notes);

    assertThat(notes.taken()).singleElement().extracting(Diagnosis::level).isEqualTo(level);
  }

  @Test
  void clock_thatNobodyTells_isUnknown() {
    Notes notes = new Notes("clock");

    ClockCheck.tell(null, Instant.EPOCH, notes);

    assertThat(notes.taken()).singleElement().extracting(Diagnosis::level).isEqualTo(UNKNOWN);
  }

  @Test
  void examine_answerThatNobodyUnderstands_isUnknownAndEndsNoOther() {
    account.answer("SimulatePrincipalPolicy", request -> Response.of(200, "no xml"));

    one(UNKNOWN, "permissions");
  }
}
