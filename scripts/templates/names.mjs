// What things are called once they are made: the account and region of the checks, and ARNs by kind.

export const ACCOUNT = '222222222222';
export const REGION = 'eu-west-1';
export const PARTITION = 'aws';

const arn = (service, resource, region = REGION, account = ACCOUNT) =>
  `arn:${PARTITION}:${service}:${region}:${account}:${resource}`;

/** By CloudFormation's type: the property that names it, and its ARN by that name. */
export const KINDS = {
  'AWS::DynamoDB::Table': { name: 'TableName', arn: (name) => arn('dynamodb', `table/${name}`) },
  'AWS::SQS::Queue': { name: 'QueueName', arn: (name) => arn('sqs', name) },
  'AWS::Kinesis::Stream': { name: 'Name', arn: (name) => arn('kinesis', `stream/${name}`) },
  'AWS::KinesisFirehose::DeliveryStream': { name: 'DeliveryStreamName', arn: (name) => arn('firehose', `deliverystream/${name}`) },
  'AWS::Lambda::Function': { name: 'FunctionName', arn: (name) => arn('lambda', `function:${name}`) },
  'AWS::Logs::LogGroup': { name: 'LogGroupName', arn: (name) => arn('logs', `log-group:${name}:*`) },
  'AWS::IAM::Role': { name: 'RoleName', arn: (name) => arn('iam', `role/${name}`, '') },
  'AWS::S3::Bucket': { name: 'BucketName', arn: (name) => arn('s3', name, '', '') },
  'AWS::KMS::Key': { name: null, arn: () => arn('kms', 'key/11111111-2222-3333-4444-555555555555') },
};

export const consumerArn = (stream, name) => `${stream}/consumer/${name}:1`;
export const tableStreamArn = (table) => `${table}/stream/2026-11-22T00:00:00.000`;
export const queueUrl = (name) => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
