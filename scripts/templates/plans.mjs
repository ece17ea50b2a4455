// Plans of both kinds in the same words, so that they can be compared.
import { join, relative } from 'node:path';
import * as cloudformation from './cloudformation.mjs';
import { deploy } from './files.mjs';
import * as terraform from './terraform.mjs';

/** Plans a template, a .yaml, or a module, a folder; the name is relative to deploy/. */
export async function plan(name, parameters) {
  const path = join(deploy, name);
  return name.endsWith('.yaml')
    ? fromCloudFormation(cloudformation.plan(cloudformation.load(path), parameters))
    : fromTerraform(terraform.plan(await terraform.load(path), parameters));
}

export const names = () => [...cloudformation.files(), ...terraform.folders()].map((path) => relative(deploy, path));

const number = (value) => (value === undefined || value === null ? null : Number(value));
const truth = (value) => value === true || value === 'true';
const of = (resources, type) => resources.filter((each) => each.type === type);
const sorted = (items, key) => items.sort((a, b) => (a[key] < b[key] ? -1 : 1));
const only = (blocks) => blocks?.[0] ?? {};
const documents = (texts) => texts.map((text) => JSON.parse(text));

function fromCloudFormation({ outputs, resources }) {
  return {
    outputs,
    roles: sorted(of(resources, 'AWS::IAM::Role').map(({ name, given }) => ({
      name,
      trust: given.AssumeRolePolicyDocument,
      permissions: given.Policies.map((policy) => policy.PolicyDocument),
      policies: given.Policies.map((policy) => policy.PolicyName).sort(),
    })), 'name'),
    functions: of(resources, 'AWS::Lambda::Function').map(({ given }) => ({
      name: given.FunctionName,
      role: given.Role,
      handler: given.Handler,
      runtime: given.Runtime,
      memory: number(given.MemorySize),
      timeout: number(given.Timeout),
      environment: given.Environment.Variables,
      subnets: given.VpcConfig?.SubnetIds.length ?? 0,
    })),
    mappings: of(resources, 'AWS::Lambda::EventSourceMapping').map(({ given }) => ({
      source: given.EventSourceArn ?? null,
      topics: given.Topics ?? [],
      brokers: given.SelfManagedEventSource?.Endpoints.KafkaBootstrapServers.join(',') ?? null,
      enabled: truth(given.Enabled),
      batchSize: number(given.BatchSize),
      startingPosition: given.StartingPosition,
      retries: number(given.MaximumRetryAttempts),
      recordAge: number(given.MaximumRecordAgeInSeconds),
      responses: given.FunctionResponseTypes ?? [],
      onFailure: given.DestinationConfig.OnFailure.Destination,
      group: given.SelfManagedKafkaEventSourceConfig?.ConsumerGroupId ?? null,
      access: (given.SourceAccessConfigurations ?? []).map((each) => each.Type).sort(),
      pollers: number(given.ProvisionedPollerConfig?.MaximumPollers),
    })),
    tables: sorted(of(resources, 'AWS::DynamoDB::Table').map(({ given }) => ({
      name: given.TableName,
      keys: given.KeySchema.map(({ AttributeName }) => `${AttributeName}:${given.AttributeDefinitions.find((each) => each.AttributeName === AttributeName).AttributeType}`),
      billing: given.BillingMode,
      read: number(given.ProvisionedThroughput?.ReadCapacityUnits),
      write: number(given.ProvisionedThroughput?.WriteCapacityUnits),
      stream: given.StreamSpecification?.StreamViewType ?? null,
    })), 'name'),
    queues: of(resources, 'AWS::SQS::Queue').map(({ given }) => ({ name: given.QueueName, encrypted: truth(given.SqsManagedSseEnabled), retention: number(given.MessageRetentionPeriod) })),
    logs: of(resources, 'AWS::Logs::LogGroup').map(({ given }) => ({ name: given.LogGroupName, days: number(given.RetentionInDays) })),
    streams: of(resources, 'AWS::Kinesis::Stream').map(({ given }) => ({ name: given.Name, hours: number(given.RetentionPeriodHours), key: given.StreamEncryption.KeyId })),
    consumers: of(resources, 'AWS::Kinesis::StreamConsumer').map(({ given }) => ({ name: given.ConsumerName, stream: given.StreamARN })),
    keys: of(resources, 'AWS::KMS::Key').map(({ given }) => ({ policy: given.KeyPolicy, rotation: truth(given.EnableKeyRotation) })),
    resourcePolicies: [],
    firehoses: of(resources, 'AWS::KinesisFirehose::DeliveryStream').map(({ given }) => {
      const s3 = given.ExtendedS3DestinationConfiguration;
      return {
        name: given.DeliveryStreamName, role: s3.RoleARN, bucket: s3.BucketARN, prefix: s3.Prefix, megabytes: number(s3.BufferingHints.SizeInMBs),
        seconds: number(s3.BufferingHints.IntervalInSeconds), compression: s3.CompressionFormat, errorLog: truth(s3.CloudWatchLoggingOptions.Enabled),
      };
    }),
    network: {
      vpcs: of(resources, 'AWS::EC2::VPC').map(({ given }) => given.CidrBlock),
      subnets: of(resources, 'AWS::EC2::Subnet').map(({ given }) => `${given.CidrBlock} ${given.AvailabilityZone}`).sort(),
      groups: of(resources, 'AWS::EC2::SecurityGroup').map(({ given }) => given.GroupName).sort(),
      endpoints: of(resources, 'AWS::EC2::VPCEndpoint').map(({ given }) => `${given.VpcEndpointType} ${given.ServiceName}`).sort(),
      zones: of(resources, 'AWS::Route53::HostedZone').map(({ given }) => given.Name),
      records: of(resources, 'AWS::Route53::RecordSet').map(({ given }) => `${given.Type} ${given.Name} ${given.AliasTarget ? 'alias' : ''}`).sort(),
      nats: of(resources, 'AWS::EC2::NatGateway').length,
    },
    alarms: sorted(of(resources, 'AWS::CloudWatch::Alarm').map(({ given }) => ({
      name: given.AlarmName,
      expression: given.Metrics?.[0].Expression ?? null,
      metric: given.Metrics ? null : `${given.Namespace} ${given.MetricName} ${given.Dimensions.map((each) => each.Name)} ${given.Statistic}`,
      period: number(given.Period ?? given.Metrics[0].Period),
      periods: number(given.EvaluationPeriods),
      threshold: number(given.Threshold),
      comparison: given.ComparisonOperator,
      missing: given.TreatMissingData,
      actions: given.AlarmActions,
    })), 'name'),
  };
}

function fromTerraform({ outputs, resources }) {
  const given = (type) => of(resources, type).map((each) => each.given);
  const policies = given('aws_iam_role_policy');
  return {
    outputs,
    roles: sorted(given('aws_iam_role').map(({ name, assume_role_policy: trust }) => ({
      name,
      trust: JSON.parse(trust),
      permissions: documents(policies.filter((each) => each.role === name).map((each) => each.policy)),
      policies: policies.filter((each) => each.role === name).map((each) => each.name).sort(),
    })), 'name'),
    functions: given('aws_lambda_function').map((each) => ({
      name: each.function_name,
      role: each.role,
      handler: each.handler,
      runtime: each.runtime,
      memory: each.memory_size,
      timeout: each.timeout,
      environment: only(each.environment).variables,
      subnets: only(each.vpc_config).subnet_ids?.length ?? 0,
    })),
    mappings: given('aws_lambda_event_source_mapping').map((each) => ({
      source: each.event_source_arn ?? null,
      topics: each.topics ?? [],
      brokers: only(each.self_managed_event_source).endpoints?.KAFKA_BOOTSTRAP_SERVERS ?? null,
      enabled: each.enabled,
      batchSize: each.batch_size,
      startingPosition: each.starting_position,
      retries: each.maximum_retry_attempts ?? null,
      recordAge: each.maximum_record_age_in_seconds ?? null,
      responses: each.function_response_types,
      onFailure: only(only(each.destination_config).on_failure).destination_arn,
      group: only(each.self_managed_kafka_event_source_config).consumer_group_id ?? null,
      access: (each.source_access_configuration ?? []).map((one) => one.type).sort(),
      pollers: only(each.provisioned_poller_config).maximum_pollers ?? null,
    })),
    tables: sorted(given('aws_dynamodb_table').map((each) => ({
      name: each.name,
      keys: [each.hash_key, each.range_key].map((key) => `${key}:${each.attribute.find((one) => one.name === key).type}`),
      billing: each.billing_mode,
      read: each.read_capacity ?? null,
      write: each.write_capacity ?? null,
      stream: each.stream_view_type ?? null,
    })), 'name'),
    queues: given('aws_sqs_queue').map((each) => ({ name: each.name, encrypted: each.sqs_managed_sse_enabled, retention: each.message_retention_seconds })),
    logs: given('aws_cloudwatch_log_group').map((each) => ({ name: each.name, days: each.retention_in_days })),
    streams: given('aws_kinesis_stream').map((each) => ({ name: each.name, hours: each.retention_period, key: each.kms_key_id })),
    consumers: given('aws_kinesis_stream_consumer').map((each) => ({ name: each.name, stream: each.stream_arn })),
    keys: given('aws_kms_key').map((each) => ({ policy: JSON.parse(each.policy), rotation: each.enable_key_rotation })),
    resourcePolicies: given('aws_kinesis_resource_policy').map((each) => ({ arn: each.resource_arn, policy: JSON.parse(each.policy) })),
    firehoses: given('aws_kinesis_firehose_delivery_stream').map((each) => {
      const s3 = only(each.extended_s3_configuration);
      return {
        name: each.name, role: s3.role_arn, bucket: s3.bucket_arn, prefix: s3.prefix, megabytes: s3.buffering_size, seconds: s3.buffering_interval,
        compression: s3.compression_format, errorLog: only(s3.cloudwatch_logging_options).enabled,
      };
    }),
    network: {
      vpcs: given('aws_vpc').map((each) => each.cidr_block),
      subnets: given('aws_subnet').map((each) => `${each.cidr_block} ${each.availability_zone}`).sort(),
      groups: given('aws_security_group').map((each) => each.name).sort(),
      endpoints: given('aws_vpc_endpoint').map((each) => `${each.vpc_endpoint_type} ${each.service_name}`).sort(),
      zones: given('aws_route53_zone').map((each) => each.name),
      records: given('aws_route53_record').map((each) => `${each.type} ${each.name} ${each.alias ? 'alias' : ''}`).sort(),
      nats: given('aws_nat_gateway').length,
    },
    alarms: sorted(given('aws_cloudwatch_metric_alarm').map((each) => ({
      name: each.alarm_name,
      expression: only(each.metric_query).expression ?? null,
      metric: each.metric_query ? null : `${each.namespace} ${each.metric_name} ${Object.keys(each.dimensions)} ${each.statistic}`,
      period: each.period ?? only(each.metric_query).period,
      periods: each.evaluation_periods,
      threshold: each.threshold,
      comparison: each.comparison_operator,
      missing: each.treat_missing_data,
      actions: each.alarm_actions,
    })), 'name'),
  };
}
