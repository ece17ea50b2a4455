package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.admin.DeployStep.Change;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/** What is deployed, and what a second deployment does, on a real table and a stand-in account. */
class DeployPlannerIT {
  private static final UnaryOperator<Deployment.Builder> DEFAULTS = builder -> builder;
  private static final String QUEUE = "arn:aws:sqs:eu-west-1:123456789012:failed";
  private static final String LAMBDA_TRUST =
      "{'Statement':[{'Effect':'Allow','Principal':{'Service':'lambda.amazonaws.com'},"
          + "'Action':'sts:AssumeRole'}]}";

  @TempDir private Path folder;
  private DeployFixture fixture;

  @BeforeEach
  void start() {
    fixture = new DeployFixture(folder);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private String function(String member) {
    return String.valueOf(fixture.account().function("fanout", member));
  }

  private TableDescription table(String name) {
    return fixture.tables().describeTable(request -> request.tableName(name)).table();
  }

  private static List<String> problems(Runnable work) {
    List<String> problems = new java.util.ArrayList<>();
    assertThatThrownBy(work::run)
        .isInstanceOfSatisfying(
            AdminException.class, refused -> problems.addAll(refused.problems()));
    return problems;
  }

  @Test
  void deploy_intoAnEmptyAccount_makesEverythingAsTheOriginalDid() {
    assertThat(fixture.deploy(DEFAULTS))
        .containsExactly("CREATE TABLE", "CREATE ROLE", "CREATE POLICY", "CREATE FUNCTION");

    TableDescription table = table("fanoutTargets");
    assertThat(table.provisionedThroughput().readCapacityUnits()).isEqualTo(10);
    assertThat(table.provisionedThroughput().writeCapacityUnits()).isEqualTo(1);
    assertThat(table.keySchema())
        .extracting(KeySchemaElement::attributeName)
        .containsExactly("sourceArn", "id");
    assertThat(function("Role")).contains(":role/fanoutRole");
    assertThat(function("Runtime")).isEqualTo("\"java21\"");
    assertThat(function("Handler")).isEqualTo('"' + FunctionCode.HANDLER + '"');
    assertThat(function("MemorySize")).isEqualTo("512");
    assertThat(function("Timeout")).isEqualTo("30");
    assertThat(function("Environment")).contains("\"FANOUT_TABLE_NAME\":\"fanoutTargets\"");
    assertThat(function("CodeSha256"))
        .contains(FunctionCode.of(folder.resolve("function.jar")).sha256());
    assertThat(fixture.account().policy("fanoutRole", "(trust)")).contains("lambda.amazonaws.com");
    assertThat(fixture.account().policy("fanoutRole", "fanout"))
        .contains("table/fanoutTargets", "log-group:/aws/lambda/fanout:*")
        .doesNotContain("\"*\"");
  }

  @Test
  void deploy_again_doesNothing() {
    fixture.deploy(DEFAULTS);
    String before = fixture.snapshot();
    fixture.account().forgetCalls();

    assertThat(fixture.plan(DEFAULTS).isDone()).isTrue();
    assertThat(fixture.deploy(DEFAULTS)).isEmpty();
    assertThat(fixture.snapshot()).isEqualTo(before);
    assertThat(fixture.account().calls())
        .noneMatch(call -> call.matches(".*:(Create|Put|Update|Delete).*"));
  }

  @Test
  void plan_ofEverything_writesNothing() {
    DeployPlan plan = fixture.plan(DEFAULTS);

    assertThat(plan.steps()).hasSize(4);
    assertThat(fixture.account().calls())
        .isNotEmpty()
        .allMatch(call -> call.matches("(dynamodb:Describe|iam:Get|lambda:Get|sts:Get).*"));
    assertThat(fixture.tables().listTables().tableNames()).isEmpty();
  }

  @Test
  void deploy_otherMemoryAndTimeout_changesThoseAlone() {
    fixture.deploy(DEFAULTS);

    DeployPlan plan = fixture.plan(options -> options.memory(1024).timeout(60));
    assertThat(plan.steps())
        .filteredOn(step -> step.action() != DeployStep.Action.NONE)
        .singleElement()
        .satisfies(
            step ->
                assertThat(step.changes())
                    .containsExactly(
                        new Change("memory", "512 MiB", "1024 MiB"),
                        new Change("timeout", "30 s", "60 s")));
    DeployFixture.carryOut(plan);
    assertThat(function("MemorySize")).isEqualTo("1024");
    assertThat(function("Timeout")).isEqualTo("60");

    assertThat(fixture.deploy(DEFAULTS)).as("what is not asked for stays").isEmpty();
    assertThat(function("MemorySize")).isEqualTo("1024");
  }

  @Test
  void deploy_otherCode_replacesIt() {
    fixture.deploy(DEFAULTS);
    fixture.writeJar("second");

    assertThat(fixture.deploy(DEFAULTS)).containsExactly("CHANGE CODE");
    assertThat(fixture.deploy(DEFAULTS)).isEmpty();
  }

  @Test
  void deploy_byWayOfABucket_putsTheCodeThere() {
    fixture.deploy(options -> options.bucket("code"));

    assertThat(fixture.snapshot()).contains("/code/fanout/").contains(".jar");
    assertThat(fixture.deploy(options -> options.bucket("code"))).isEmpty();
    fixture.writeJar("second");
    assertThat(fixture.deploy(options -> options.bucket("code"))).containsExactly("CHANGE CODE");
  }

  @Test
  void deploy_variablesThatOthersSet_stay() {
    fixture.deploy(options -> options.environment(Map.of("FANOUT_CACHE_TTL", "30s")));
    fixture
        .account()
        .changeFunction(
            "fanout",
            json(
                "{'Environment':{'Variables':{'FANOUT_TABLE_NAME':'fanoutTargets',"
                    + "'FANOUT_SECRET_REDIS':'s3cret','FANOUT_CACHE_TTL':'30s'}}}"));

    DeployPlan plan =
        fixture.plan(options -> options.environment(Map.of("FANOUT_CACHE_TTL", "10s")));
    assertThat(plan.toString()).doesNotContain("s3cret");
    assertThat(plan.steps().toString()).doesNotContain("s3cret");
    DeployFixture.carryOut(plan);

    assertThat(function("Environment"))
        .contains("\"FANOUT_SECRET_REDIS\":\"s3cret\"", "\"FANOUT_CACHE_TTL\":\"10s\"");
  }

  @Test
  void deploy_aFunctionThatSomebodyChangesMeanwhile_keepsWhatTheySet() {
    fixture.deploy(DEFAULTS);
    DeployPlan plan = fixture.plan(options -> options.memory(1024));
    fixture
        .account()
        .changeFunction(
            "fanout",
            json(
                "{'Environment':{'Variables':{'FANOUT_TABLE_NAME':'fanoutTargets',"
                    + "'FANOUT_PARTIAL_RESPONSES':'true'}}}"));

    DeployFixture.carryOut(plan);

    assertThat(function("Environment")).contains("\"FANOUT_PARTIAL_RESPONSES\":\"true\"");
    assertThat(function("MemorySize")).isEqualTo("1024");
  }

  @Test
  void deploy_aRoleThatLambdaDoesNotKnowYet_isWaitedFor() {
    fixture.account().rolesAreUnknownFor(7);
    fixture.account().settlesAfter(3);

    fixture.deploy(DEFAULTS);

    assertThat(function("State")).isEqualTo("\"Active\"");
    assertThat(fixture.waited()).isBetween(Duration.ofSeconds(9), Duration.ofMinutes(1));
  }

  @Test
  void deploy_aRoleThatLambdaNeverKnows_endsInTime() {
    fixture.account().rolesAreUnknownFor(1_000_000);

    assertThat(problems(() -> fixture.deploy(DEFAULTS)))
        .singleElement()
        .asString()
        .contains("for 120 s", "again", "cannot be assumed by Lambda");
    fixture.account().rolesAreUnknownFor(0);
    assertThat(fixture.deploy(DEFAULTS)).containsExactly("CREATE FUNCTION");
  }

  @Test
  void deploy_whileAnUpdateIsUnderWay_waits() {
    fixture.deploy(DEFAULTS);
    fixture.account().settlesAfter(4);
    fixture.writeJar("second");

    assertThat(fixture.deploy(options -> options.memory(2048)))
        .containsExactly("CHANGE CODE", "CHANGE FUNCTION");
    assertThat(function("LastUpdateStatus")).isEqualTo("\"Successful\"");
  }

  @Test
  void deploy_inAVpc_grantsItsNetworkInterfaces() {
    fixture.deploy(options -> options.vpc(List.of("subnet-1", "subnet-2"), List.of("sg-1")));

    assertThat(function("VpcConfig")).contains("subnet-1", "subnet-2", "sg-1");
    assertThat(fixture.account().policy("fanoutRole", "fanout"))
        .contains("ec2:CreateNetworkInterface");
    assertThat(
            fixture.deploy(
                options -> options.vpc(List.of("subnet-2", "subnet-1"), List.of("sg-1"))))
        .isEmpty();
    assertThat(fixture.deploy(DEFAULTS)).as("the VPC stays").isEmpty();
    assertThat(fixture.deploy(options -> options.vpc(List.of("subnet-3"), List.of("sg-1"))))
        .containsExactly("CHANGE FUNCTION");
  }

  @Test
  void deploy_sourcesOfRows_areGranted() {
    fixture.deploy(DEFAULTS);
    TargetsTable.of(fixture.tables(), "fanoutTargets")
        .add(TableFixture.row("t", "type", "console", "destination", "out", "active", false));

    assertThat(fixture.deploy(DEFAULTS)).containsExactly("CHANGE POLICY");
    assertThat(fixture.account().policy("fanoutRole", "fanout"))
        .contains("kinesis:GetRecords", TableFixture.STREAM);
  }

  @Test
  void deploy_whatWasGrantedBefore_staysUntilItIsRevoked() {
    fixture.deploy(options -> options.grants(grants -> grants.onFailure(QUEUE)));

    DeployPlan plan = fixture.plan(DEFAULTS);
    assertThat(plan.isDone()).isTrue();
    assertThat(plan.warnings()).singleElement().asString().contains("sqs:SendMessage", "--revoke");
    assertThat(fixture.account().policy("fanoutRole", "fanout")).contains(QUEUE);

    fixture.deploy(options -> options.grants(grants -> grants.source(TableFixture.STREAM)));
    assertThat(fixture.account().policy("fanoutRole", "fanout")).contains(QUEUE, "Kept1");

    assertThat(fixture.deploy(options -> options.revoke(true))).containsExactly("CHANGE POLICY");
    assertThat(fixture.account().policy("fanoutRole", "fanout"))
        .doesNotContain(QUEUE)
        .doesNotContain(TableFixture.STREAM);
  }

  @Test
  void deploy_aPolicyWithADenial_isRefused() {
    fixture.deploy(DEFAULTS);
    fixture
        .account()
        .putPolicy(
            "fanoutRole",
            "fanout",
            json("{'Statement':[{'Sid':'No','Effect':'Deny','Action':'s3:*','Resource':'*'}]}"));

    assertThat(problems(() -> fixture.plan(DEFAULTS)))
        .singleElement()
        .asString()
        .contains("changed by hand", "No");
  }

  @Test
  void deploy_aRoleOfSomebodysOwn_keepsItsTrustAndItsPolicies() {
    fixture.account().addRole("own", json(LAMBDA_TRUST));
    fixture.account().putPolicy("own", "theirs", "{}");

    assertThat(fixture.deploy(options -> options.role("own")))
        .containsExactly("CREATE TABLE", "CREATE POLICY", "CREATE FUNCTION");
    assertThat(fixture.account().policy("own", "theirs")).isEqualTo("{}");
    assertThat(fixture.account().policy("own", "(trust)")).isEqualTo(json(LAMBDA_TRUST));
    assertThat(fixture.deploy(DEFAULTS)).isEmpty();
    assertThat(fixture.plan(DEFAULTS).warnings())
        .singleElement()
        .asString()
        .contains("role/own", "left as it is");
  }

  @Test
  void deploy_aRoleThatTrustsSomebodyElse_isRefusedWithTheCommand() {
    fixture
        .account()
        .addRole("fanoutRole", json(LAMBDA_TRUST).replace("lambda.amazonaws", "ec2.amazonaws"));

    assertThat(problems(() -> fixture.plan(DEFAULTS)))
        .singleElement()
        .asString()
        .contains("does not let Lambda assume it", "aws iam update-assume-role-policy");
  }

  @Test
  void deploy_byArns_looksNothingUpAndMakesNothingButTheFunction() {
    String role = "arn:aws:iam::210987654321:role/theirs";
    String table = "arn:aws:dynamodb:eu-west-1:210987654321:table/shared";

    assertThat(fixture.deploy(options -> options.role(role).table(table)))
        .containsExactly("CREATE FUNCTION");
    assertThat(fixture.account().calls())
        .noneMatch(call -> call.startsWith("iam:") || call.startsWith("dynamodb:"));
    assertThat(function("Role")).contains(role);
    assertThat(function("Environment")).contains(table);
  }

  @Test
  void deploy_aFunctionsArnThatIsNotThere_isRefused() {
    assertThat(problems(() -> fixture.plan(options -> options.functionIsThere(true))))
        .singleElement()
        .asString()
        .contains("there is no function 'fanout'");
  }

  @Test
  void deploy_aTableWithOtherKeys_isRefused() {
    fixture
        .tables()
        .createTable(
            request ->
                request
                    .tableName("fanoutTargets")
                    .billingMode(BillingMode.PAY_PER_REQUEST)
                    .keySchema(
                        KeySchemaElement.builder()
                            .attributeName("id")
                            .keyType(KeyType.HASH)
                            .build())
                    .attributeDefinitions(
                        AttributeDefinition.builder()
                            .attributeName("id")
                            .attributeType(ScalarAttributeType.S)
                            .build()));

    assertThat(problems(() -> fixture.plan(DEFAULTS)))
        .singleElement()
        .asString()
        .contains("has the keys {HASH=id (S)}");
  }

  @Test
  void deploy_onDemand_isTheTablesBilling() {
    fixture.deploy(options -> options.onDemand(true));

    assertThat(table("fanoutTargets").billingModeSummary().billingMode())
        .isEqualTo(BillingMode.PAY_PER_REQUEST);
    assertThat(fixture.deploy(DEFAULTS)).as("a table that is there stays").isEmpty();
  }

  @Test
  void deploy_overTheOriginalsFunction_turnsItIntoThisOne() {
    fixture.deploy(DEFAULTS);
    fixture
        .account()
        .changeFunction(
            "fanout", json("{'Runtime':'nodejs4.3','Handler':'fanout.handler','MemorySize':128}"));

    DeployPlan plan = fixture.plan(DEFAULTS);
    assertThat(plan.warnings())
        .anyMatch(warning -> warning.contains("nodejs4.3") && warning.contains("pause"))
        .anyMatch(warning -> warning.contains("128 MiB"));
    DeployFixture.carryOut(plan);
    assertThat(function("Runtime")).isEqualTo("\"java21\"");
    assertThat(function("Handler")).isEqualTo('"' + FunctionCode.HANDLER + '"');
  }

  @Test
  void deploy_anImage_isRefused() {
    fixture.deploy(DEFAULTS);
    fixture.account().changeFunction("fanout", json("{'PackageType':'Image'}"));

    assertThat(problems(() -> fixture.plan(DEFAULTS)))
        .singleElement()
        .asString()
        .contains("is made of an image");
  }

  @Test
  void deploy_variablesThatCannotBeRead_isRefused() {
    fixture.deploy(DEFAULTS);
    fixture
        .account()
        .changeFunction(
            "fanout",
            json("{'Environment':{'Error':{'ErrorCode':'AccessDenied','Message':'no key'}}}"));

    assertThat(problems(() -> fixture.plan(DEFAULTS)))
        .singleElement()
        .asString()
        .contains("could not be kept", "no key");
  }

  @Test
  void deploy_anotherTable_isToldToTheFunctionAndKept() {
    fixture.deploy(options -> options.table("others"));

    assertThat(fixture.plan(DEFAULTS).isDone()).isTrue();
    assertThat(fixture.plan(DEFAULTS).warnings())
        .singleElement()
        .asString()
        .contains("--table others");
    assertThat(fixture.tables().listTables().tableNames()).containsExactly("others");
  }

  @Test
  void deploy_aTableOfAnotherRegion_isRefused() {
    assertThat(
            problems(
                () ->
                    fixture.plan(
                        options ->
                            options.table("arn:aws:dynamodb:us-east-1:123456789012:table/t"))))
        .singleElement()
        .asString()
        .contains("us-east-1", "eu-west-1");
  }

  @Test
  void deploy_rowsThatCannotBeRead_growNothingAndAreTold() {
    String table = "arn:aws:dynamodb:eu-west-1:123456789012:table/nowhere";

    DeployPlan plan = fixture.plan(options -> options.table(table));

    assertThat(plan.warnings()).anyMatch(warning -> warning.contains("rows cannot be read"));
    DeployFixture.carryOut(plan);
    assertThat(fixture.account().policy("fanoutRole", "fanout")).contains(table);
  }

  @Test
  void deploy_moreThanAPolicyHolds_isRefused() {
    assertThat(
            problems(
                () ->
                    fixture.plan(
                        options ->
                            options.grants(
                                grants -> {
                                  for (int number = 0; number < 200; number++) {
                                    grants.source(TableFixture.STREAM + number);
                                  }
                                }))))
        .singleElement()
        .asString()
        .contains("IAM takes 10240", "--exec-role-arn");
  }

  @Test
  void deploy_everyProblemIsTold() {
    assertThat(
            problems(
                () ->
                    fixture.plan(
                        options ->
                            options
                                .memory(64)
                                .timeout(901)
                                .runtime("nodejs20.x")
                                .role("no role")
                                .table("t!")
                                .vpc(List.of("here"), List.of())
                                .environment(Map.of("AWS_REGION", "x")))))
        .hasSize(8);
  }

  @Test
  void code_thatIsNotTheFunctions_isRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("other.jar"), "no jar");

    assertThat(problems(() -> FunctionCode.of(file))).singleElement().asString().contains("read");
  }

  /** Cuts the network after each call in turn; the next run has to end where an uncut one does. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deploy_cutAnywhere_isCompletedByTheNext(boolean byWayOfABucket) {
    UnaryOperator<Deployment.Builder> first =
        options -> options.bucket(byWayOfABucket ? "code" : null);
    UnaryOperator<Deployment.Builder> second =
        options -> first.apply(options).memory(1024).environment(Map.of("FANOUT_METRICS", "false"));
    fixture.account().settlesAfter(2);
    fixture.account().rolesAreUnknownFor(2);
    fixture.deploy(first);
    String whole = fixture.snapshot();
    fixture.writeJar("second");
    fixture.deploy(second);
    String changed = fixture.snapshot();

    int cuts = 0;
    for (int after = 1; ; after++) {
      try (DeployFixture again = new DeployFixture(folder)) {
        again.account().settlesAfter(2);
        again.account().rolesAreUnknownFor(2);
        boolean wasCut = isCut(again, first, after);
        assertThat(again.snapshot()).as("cut after %s calls", after).isEqualTo(whole);
        again.writeJar("second");
        boolean wasCutToo = isCut(again, second, after);
        assertThat(again.snapshot()).as("changed, cut after %s calls", after).isEqualTo(changed);
        cuts += wasCut ? 1 : 0;
        if (!wasCut && !wasCutToo) {
          break;
        }
      }
    }
    assertThat(cuts).isGreaterThan(10);
  }

  /** Deploys, cut after so many calls, and then again. */
  private static boolean isCut(
      DeployFixture fixture, UnaryOperator<Deployment.Builder> options, int after) {
    fixture.account().cutAfter(after);
    boolean wasCut = false;
    try {
      fixture.deploy(options);
    } catch (AdminException e) {
      wasCut = true;
      assertThat(e).hasMessageContaining("TheNetworkIsGone");
    }
    fixture.account().mend();
    fixture.deploy(options);
    return wasCut;
  }
}
