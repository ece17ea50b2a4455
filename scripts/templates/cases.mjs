// What the checks give each template: what it needs, and what is switched on and off in all combinations.

const KEY = 'arn:aws:kms:eu-west-1:222222222222:key/aaaaaaaa-2222-3333-4444-555555555555';
const TOPIC = 'arn:aws:sns:eu-west-1:222222222222:alarms';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:222222222222:secret:kafka-AbCdEf';
const STREAM = 'arn:aws:kinesis:eu-west-1:111111111111:stream/kds-cross-account-stream';
const CONSUMER = `${STREAM}/consumer/kds-cross-account-stream-efo-consumer:1`;
const FOREIGN_KEY = 'arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555';

const CODE = { CodeBucket: 'code', CodeKey: 'function.jar' };
const HERE = { region: 'eu-west-1', jar: 'function.jar' };
const COMMON = [{ BillingMode: 'PAY_PER_REQUEST' }, { AlarmTopicArn: TOPIC }, { PartialResponses: 'false' }];
const COMMON_HCL = [{ billing_mode: 'PAY_PER_REQUEST' }, { alarm_topic_arn: TOPIC }, { partial_responses: false }];
const FROM_FIRST = { ...CODE, KinesisStreamArn: STREAM, KinesisStreamEFOConsumerArn: CONSUMER, KMSKeyArn: FOREIGN_KEY };

export const CASES = {
  'plain/cloudformation/template.yaml': {
    needed: CODE,
    switches: [{ StreamArn: 'arn:aws:kinesis:eu-west-1:222222222222:stream/orders' }, { StreamKMSKeyArn: KEY }, ...COMMON],
  },
  'plain/terraform': {
    needed: HERE,
    switches: [{ stream_arn: 'arn:aws:kinesis:eu-west-1:222222222222:stream/orders' }, { stream_kms_key_arn: KEY }, ...COMMON_HCL],
  },
  'cross-account-consumer/cloudformation/1-stream.yaml': { needed: { LambdaConsumerAccountId: '333333333333' }, switches: [] },
  'cross-account-consumer/cloudformation/2-function.yaml': { needed: FROM_FIRST, switches: COMMON },
  'cross-account-consumer/cloudformation/3-mapping.yaml': { needed: FROM_FIRST, switches: COMMON },
  'cross-account-consumer/terraform/1-stream': {
    needed: { region: 'eu-west-1', lambda_consumer_account_id: '333333333333' },
    switches: [{ lambda_role_arn: 'arn:aws:iam::333333333333:role/kds-cross-account-stream-efo-consumerRole' }],
  },
  'cross-account-consumer/terraform/2-function': {
    needed: { ...HERE, kinesis_stream_arn: STREAM, kinesis_stream_efo_consumer_arn: CONSUMER, kms_key_arn: FOREIGN_KEY },
    switches: [{ create_mapping: true }, ...COMMON_HCL],
  },
  'cross-account-tables/cloudformation/production-account.yaml': { needed: CODE, switches: [{ StreamKMSKeyArn: KEY }, ...COMMON] },
  'cross-account-tables/cloudformation/poc-account.yaml': { needed: { ...CODE, BucketName: 'clicks' }, switches: [{ ExternalId: 'fanout' }, ...COMMON] },
  'cross-account-tables/terraform/production-account': { needed: HERE, switches: [{ stream_kms_key_arn: KEY }, ...COMMON_HCL] },
  'cross-account-tables/terraform/poc-account': { needed: { ...HERE, bucket_name: 'clicks' }, switches: [{ external_id: 'fanout' }, ...COMMON_HCL] },
  'self-managed-kafka/cloudformation/template.yaml': {
    needed: {
      ...CODE,
      Broker1Endpoint: 'b-1.kafka.example',
      Broker1ServiceName: 'com.amazonaws.vpce.b-1',
      Broker2Endpoint: 'b-2.kafka.example',
      Broker2ServiceName: 'com.amazonaws.vpce.b-2',
      BootstrapServers: 'b-1.kafka.example:9094,b-2.kafka.example:9094',
    },
    switches: [
      { Broker2Endpoint: '', Broker2ServiceName: '' },
      { Broker3Endpoint: 'b-3.kafka.example', Broker3ServiceName: 'com.amazonaws.vpce.b-3' },
      { NatGateways: 'true' },
      { ConsumerGroupId: 'fanout' },
      { AuthenticationSecretArn: SECRET },
      { ProvisionedPollers: '4' },
      { ProvisionedPollers: '4', PartialResponses: 'true' },
      { BillingMode: 'PAY_PER_REQUEST' },
      { AlarmTopicArn: TOPIC },
    ],
  },
  'self-managed-kafka/terraform': {
    needed: HERE,
    switches: [
      { nat_gateways: true },
      { consumer_group_id: 'fanout' },
      { authentication_secret_arn: SECRET },
      { provisioned_pollers: 4 },
      { provisioned_pollers: 4, partial_responses: true },
      { billing_mode: 'PAY_PER_REQUEST' },
      { alarm_topic_arn: TOPIC },
    ],
  },
  'modules/function': {
    needed: { name: 'fanout', role_name: 'fanoutRole', jar: 'function.jar', targets_table_name: 'fanoutTargets', policies: {} },
    switches: [
      { subnet_ids: ['subnet-1'], security_group_ids: ['sg-1'] },
      { environment: { A: 'b' } },
      { retention_hours: 48 },
      ...COMMON_HCL,
    ],
  },
};

/** Every combination of switches, with what is needed. */
export function* combinations({ needed, switches }) {
  for (let mask = 0; mask < 1 << switches.length; mask++) {
    yield Object.assign({}, needed, ...switches.filter((_, index) => mask & (1 << index)));
  }
}
