package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule that templates are held to finds what it is for: a broken copy for each. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TemplateRulesIT {
  private static final String PLAIN = "plain/cloudformation/template.yaml";
  private static final String POC = "cross-account-tables/cloudformation/poc-account.yaml";
  private static final String PRODUCTION =
      "cross-account-tables/cloudformation/production-account.yaml";
  private static final String FIRST = "cross-account-consumer/cloudformation/1-stream.yaml";
  private static final String SECOND = "cross-account-consumer/cloudformation/2-function.yaml";
  private static final String THIRD = "cross-account-consumer/cloudformation/3-mapping.yaml";
  private static final String KAFKA = "self-managed-kafka/cloudformation/template.yaml";
  private static final String PLAIN_TF = "plain/terraform/";
  private static final String MODULE_TF = "modules/function/";
  private static final String PRODUCTION_TF = "cross-account-tables/terraform/production-account/";
  private static final String POC_TF = "cross-account-tables/terraform/poc-account/";
  private static final String FIRST_TF = "cross-account-consumer/terraform/1-stream/";
  private static final String SECOND_TF = "cross-account-consumer/terraform/2-function/";
  private static final String KAFKA_TF = "self-managed-kafka/terraform/";

  /** A mistake in one place, and what has to be said of it. */
  record Mistake(String file, String from, String to, String said) {
    @Override
    public String toString() {
      return file + ": " + said;
    }
  }

  private static Mistake of(String file, String from, String to, String said) {
    return new Mistake(file, from, to, said);
  }

  /** What is seen without working anything out. */
  static List<Mistake> inForm() {
    return List.of(
        of(PLAIN, "AWS::SQS::Queue\n", "AWS::SQS::Queues\n", "unknown type AWS::SQS::Queues"),
        of(PLAIN, "MemorySize: !Ref", "MemorySizes: !Ref", "Function: has no property MemorySizes"),
        of(PLAIN, "      Role: !GetAtt Role.Arn\n", "", "Function: Role is needed"),
        of(
            POC,
            "      StreamSpecification:\n        StreamViewType: NEW_IMAGE\n",
            "      StreamSpecification: {}\n",
            "Table.StreamSpecification: StreamViewType is needed"),
        of(POC, "SizeInMBs: !Ref", "SizeInGBs: !Ref", "has no property SizeInGBs"),
        of(
            POC,
            "MessageRetentionPeriod: 1209600",
            "MessageRetentionPeriod: long",
            "Discarded.MessageRetentionPeriod: is a number"),
        of(
            POC,
            "BlockPublicAcls: true",
            "BlockPublicAcls: maybe",
            "BlockPublicAcls: is true or false"),
        of(THIRD, "        - ReportBatchItemFailures\n", "        a: b\n", "is a list"),
        of(PLAIN, "!Ref BatchSize\n", "!Ref BatchSizes\n", "there is no BatchSizes"),
        of(PLAIN, "!Ref BatchSize\n", "!Ref BatchSizes\n", "parameter BatchSize: is not used"),
        of(
            PRODUCTION,
            "!GetAtt DeadLetters.Arn",
            "!GetAtt DeadLetters.Name",
            "AWS::SQS::Queue has no attribute Name"),
        of(PRODUCTION, "!GetAtt Log.Arn", "!GetAtt Logs.Arn", "there is no resource Logs"),
        of(
            PRODUCTION,
            "!Sub ${FunctionName}-dead-letters",
            "!Sub ${Name}-dead-letters",
            "there is no Name"),
        of(
            PRODUCTION,
            "!Sub ${FunctionName}-discarded",
            "!Sub discarded",
            "Sub without a variable"),
        of(
            PLAIN,
            "Condition: MakesStream\n",
            "Condition: MakesIt\n",
            "there is no condition MakesIt"),
        of(PLAIN, "DependsOn: Log\n", "DependsOn: Logs\n", "depends on Logs, which is not there"),
        of(
            PRODUCTION,
            "Conditions:\n",
            "Conditions:\n  Never: !Equals [!Ref BillingMode, never]\n",
            "condition Never: is not used"),
        of(PLAIN, "Default: LATEST", "Default: OLDEST", "'OLDEST' is not allowed"),
        of(PRODUCTION, "Default: 300", "Default: 30000", "30000 is too large"),
        of(POC, "Default: \"\"\n    Description: External", "Description: External", "needed"),
        of(FIRST, "    Description: Name of the stream.\n", "", "StreamName: has no description"),
        of(
            FIRST,
            "    UpdateReplacePolicy: Retain\n",
            "",
            "Key: DeletionPolicy and UpdateReplacePolicy differ"),
        of(FIRST, "Outputs:\n", "Exits: {}\nOutputs:\n", "Exits: unknown section"),
        of(
            PLAIN_TF + "main.tf",
            "resource \"aws_sqs_queue\" \"discarded\"",
            "resource \"aws_sqs_queues\" \"discarded\"",
            "unknown resource aws_sqs_queues"),
        of(
            PLAIN_TF + "main.tf",
            "resource \"aws_sqs_queue\" \"discarded\"",
            "resource \"aws_sqs_queues\" \"discarded\"",
            "there is no aws_sqs_queue.discarded"),
        of(
            PLAIN_TF + "main.tf",
            "batch_size                    =",
            "batch_sizes =",
            "has no argument batch_sizes"),
        of(
            SECOND_TF + "main.tf",
            "  function_name                 = module.function.function_arn\n",
            "",
            "function_name is needed"),
        of(
            PLAIN_TF + "main.tf",
            "stream_mode_details {",
            "stream_mode_details = {",
            "stream_mode_details is a block"),
        of(
            SECOND_TF + "main.tf",
            "message_retention_seconds = 1209600",
            "message_retention_seconds = \"long\"",
            "message_retention_seconds is a number"),
        of(PLAIN_TF + "main.tf", "= var.enabled", "= var.enable", "there is no variable enable"),
        of(PLAIN_TF + "main.tf", "= var.enabled", "= var.enable", "variable enabled: is not used"),
        of(
            PLAIN_TF + "outputs.tf",
            "= local.stream_arn",
            "= local.stream",
            "there is no local stream"),
        of(
            PLAIN_TF + "outputs.tf",
            "dead_letters.url",
            "dead_letters.link",
            "aws_sqs_queue has no attribute link"),
        of(
            KAFKA_TF + "endpoints.tf",
            "dns_entry[0].dns_name",
            "dns_entries[0].dns_name",
            "no 'dns_entries'"),
        of(
            PLAIN_TF + "outputs.tf",
            "module.function.role_name",
            "module.function.role",
            "module function has no output role"),
        of(
            PLAIN_TF + "main.tf",
            "  billing_mode       =",
            "  billing =",
            "the module has no variable billing"),
        of(
            SECOND_TF + "main.tf",
            "  jar                = var.jar\n",
            "",
            "module function: variable jar is needed"),
        of(
            MODULE_TF + "main.tf",
            "tostring(var.partial_responses)",
            "totext(var.partial_responses)",
            "unknown function totext"),
        of(
            PRODUCTION_TF + "main.tf",
            "locals {\n",
            "locals {\n  spare = 1\n",
            "local.spare: is not used"),
        of(
            FIRST_TF + "main.tf",
            "data \"aws_partition\" \"current\" {}\n",
            "data \"aws_partition\" \"current\" {}\ndata \"aws_partition\" \"spare\" {}\n",
            "data aws_partition.spare: is not used"),
        of(
            PRODUCTION_TF + "main.tf",
            "data \"aws_partition\" \"current\" {}\n",
            "data \"aws_partition\" \"current\" {}\ndata \"aws_partition\" \"current\" {}\n",
            "data aws_partition.current: is there twice"),
        of(
            FIRST_TF + "variables.tf",
            "  description = \"Name of the stream.\"\n",
            "",
            "variable stream_name: has no description"),
        of(
            FIRST_TF + "variables.tf",
            "  type        = string\n  default     = \"kds-cross-account-stream\"",
            "  default     = \"kds-cross-account-stream\"",
            "variable stream_name: has no type"));
  }

  /** What is seen once everything is worked out, and in the pages. */
  static List<Mistake> inEffect() {
    return List.of(
        of(PLAIN, "dynamodb:Query", "dynamodb:Ask", "unknown action dynamodb:Ask"),
        of(
            PRODUCTION,
            "Action: sqs:SendMessage\n                Resource: !GetAtt Discarded.Arn",
            "Action: sqs:SendMessage\n                Resource: \"*\"",
            "sqs:SendMessage is allowed on everything"),
        of(
            PLAIN_TF + "main.tf",
            "resources = [aws_sqs_queue.discarded.arn]",
            "resources = [local.stream_arn]",
            "sqs:SendMessage does not apply to arn:aws:kinesis"),
        of(
            POC,
            "Sid: PutRecords",
            "Sid: Put records",
            "statement Put records: its Sid is no name of its own"),
        of(POC, "sts:ExternalId:", "sts:External:", "unknown condition key sts:External"),
        of(
            POC,
            "Condition:\n              StringEquals:\n                aws:SourceAccount",
            "Condition:\n              StringSame:\n                aws:SourceAccount",
            "unknown operator StringSame"),
        of(
            POC_TF + "main.tf",
            "identifiers = [var.production_role_arn]",
            "identifiers = [var.production_role_arn, \"*\"]",
            "its principal * is anybody"),
        of(
            SECOND_TF + "main.tf",
            "[\"ReportBatchItemFailures\"]",
            "[]",
            "its mapping reports item failures: false"),
        of(
            SECOND_TF + "main.tf",
            "[\"ReportBatchItemFailures\"]",
            "[]",
            "what the function answers is lost"),
        of(
            THIRD,
            "  MaximumRetryAttempts:\n    Type: Number\n    Default: -1",
            "  MaximumRetryAttempts:\n    Type: Number\n    Default: 5",
            "gives up after 5 retries by default"),
        of(
            PRODUCTION_TF + "variables.tf",
            "Lambda discards it; -1 for as old as the stream keeps it.\"\n"
                + "  type        = number\n  default     = -1",
            "Lambda discards it.\"\n  type        = number\n  default     = 60",
            "gives up after 60 seconds by default"),
        of(
            SECOND,
            "SqsManagedSseEnabled: true",
            "SqsManagedSseEnabled: false",
            "the queue kds-cross-account-stream-efo-consumer-discarded is not encrypted"),
        of(
            THIRD,
            "      RetentionInDays: !Ref LogRetentionDays\n",
            "      KmsKeyId: !Sub ${LogRetentionDays}\n",
            "the log /aws/lambda/kds-cross-account-stream-efo-consumer is kept for ever"),
        of(
            KAFKA,
            "  InternetGatewayAttachment:\n    Type: AWS::EC2::VPCGatewayAttachment\n"
                + "    Condition: HasNat\n",
            "  InternetGatewayAttachment:\n    Type: AWS::EC2::VPCGatewayAttachment\n",
            "InternetGateway is referred to, and is not there"),
        of(
            KAFKA_TF + "vpc.tf",
            "aws_route_table.public[0].id\n  destination",
            "aws_route_table.public.id\n  destination",
            "an index is missing"),
        of(
            FIRST_TF + "main.tf",
            "count = var.lambda_role_arn == \"\" ? 0 : 1\n\n  resource_arn = aws_kinesis_stream.this",
            "count = 1\n\n  resource_arn = aws_kinesis_stream.this",
            "there is no '0'"),
        of(
            "plain/README.md",
            "CodeBucket=my-code CodeKey",
            "CodeBuckets=my-code CodeKey",
            "the template has no parameter CodeBuckets"),
        of(
            "plain/README.md",
            "CodeBucket=my-code CodeKey",
            "CodeBuckets=my-code CodeKey",
            "parameter CodeBucket is needed"),
        of(
            "plain/README.md",
            "destroy -var region=",
            "destroy -var regions=",
            "the module has no variable regions"),
        of(
            "plain/README.md",
            "put-record --stream-name ",
            "put-record --stream-names ",
            "has no option --stream-names"),
        of(
            "plain/README.md",
            "terraform -chdir=deploy/plain/terraform init",
            "terraform -chdir=deploy/plains/terraform init",
            "there is no such module"),
        of(
            "cross-account-consumer/README.md",
            "--capabilities CAPABILITY_IAM ",
            "",
            "--capabilities CAPABILITY_IAM is needed"),
        of(
            "cross-account-consumer/README.md",
            "kms_key_arn                     =",
            "key_arn =",
            "variable kms_key_arn is needed"),
        of(
            "cross-account-tables/README.md",
            "cloudformation/poc-account.yaml --cap",
            "cloudformation/poc.yaml --cap",
            "there is no such template"),
        of(
            "self-managed-kafka/README.md",
            "aws lambda list-event-source-mappings",
            "aws lambda list-mappings",
            "aws lambda list-mappings is not known"));
  }

  /** What cannot be read at all. */
  static List<Mistake> inSyntax() {
    return List.of(
        of(SECOND, "Parameters:\n", "Parameters: [\n", "2-function.yaml: syntax: "),
        of(POC_TF + "outputs.tf", "output \"table_arn\" {", "output \"table_arn\" {{", "syntax: "),
        of(
            KAFKA_TF + "main.tf",
            "\"../../modules/function\"",
            "\"../modules/function\"",
            "there is no module in '../modules/function'"));
  }

  private final Map<Mistake, String> said = new ConcurrentHashMap<>();

  @BeforeAll
  void check(@TempDir Path folder) throws Exception {
    run(Templates.copy(Files.createDirectory(folder.resolve("form"))), inForm());
    Path effect = Templates.copy(Files.createDirectory(folder.resolve("effect")));
    Files.copy(effect.resolve(PLAIN), effect.resolve("plain/cloudformation/other.yaml"));
    String all = run(effect, inEffect());
    assertThat(all).contains("other.yaml: has no case in cases.mjs");
    Path syntax = Templates.copy(Files.createDirectory(folder.resolve("syntax")));
    run(
        syntax,
        inSyntax(),
        SECOND,
        "cross-account-tables/terraform/poc-account",
        "self-managed-kafka/terraform");
  }

  private String run(Path copy, List<Mistake> mistakes, String... names) throws Exception {
    for (Mistake mistake : mistakes) {
      Path file = copy.resolve(mistake.file());
      String text = Files.readString(file);
      if (!text.contains(mistake.from())) {
        // Another mistake in the list is in the same place.
        assertThat(text).as(mistake.toString()).contains(mistake.to());
        continue;
      }
      int at = text.indexOf(mistake.from());
      Files.writeString(
          file,
          text.substring(0, at) + mistake.to() + text.substring(at + mistake.from().length()));
    }
    Templates.Ran ran = Templates.check(copy, names);
    assertThat(ran.exitCode()).as(ran.errors()).isEqualTo(1);
    mistakes.forEach(mistake -> said.put(mistake, ran.out()));
    return ran.out();
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(inForm(), inEffect(), inSyntax()).flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistake_ofEachKind_isFound(Mistake mistake) {
    String place = mistake.file().replaceFirst("/[^/]+\\.tf$", "");

    assertThat(said.get(mistake).lines().filter(line -> line.startsWith(place)))
        .anySatisfy(line -> assertThat(line).contains(mistake.said()));
  }
}
