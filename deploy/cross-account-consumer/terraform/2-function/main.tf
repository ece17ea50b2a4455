# Account 2. The function that the consumer of another account's stream invokes.

# What Lambda gives up, where the mapping has bounds: where in the stream it is, not the records.
resource "aws_sqs_queue" "discarded" {
  name                      = "${var.function_name}-discarded"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

# What a target does not take, whose row says onFailure=DEAD_LETTER: the records themselves.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.function_name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

data "aws_iam_policy_document" "source" {
  statement {
    sid = "ReadStream"
    actions = [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
    ]
    resources = [var.kinesis_stream_arn]
  }

  statement {
    sid       = "ReadConsumer"
    actions   = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]
    resources = [var.kinesis_stream_efo_consumer_arn]
  }

  statement {
    sid       = "DecryptStream"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }

  statement {
    sid       = "TellDiscarded"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.discarded.arn]
  }
}

data "aws_iam_policy_document" "dead_letters" {
  statement {
    sid       = "SendDeadLetters"
    actions   = ["sqs:SendMessage", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.dead_letters.arn]
  }
}

module "function" {
  source = "../../../modules/function"

  name               = var.function_name
  role_name          = "${var.function_name}Role"
  targets_table_name = "${var.function_name}Targets"
  jar                = var.jar
  runtime            = var.runtime
  memory_size        = var.memory_size
  timeout            = var.timeout
  billing_mode       = var.billing_mode
  partial_responses  = var.partial_responses
  retention_hours    = var.retention_hours
  log_retention_days = var.log_retention_days
  alarm_topic_arn    = var.alarm_topic_arn
  policies = {
    source       = data.aws_iam_policy_document.source.json
    dead_letters = data.aws_iam_policy_document.dead_letters.json
  }
}

# Item failures are reported whatever the function answers: that is safe either way, so that
# partial_responses can be changed at any time.
resource "aws_lambda_event_source_mapping" "consumer" {
  count = var.create_mapping ? 1 : 0

  event_source_arn              = var.kinesis_stream_efo_consumer_arn
  function_name                 = module.function.function_arn
  enabled                       = var.enabled
  batch_size                    = var.batch_size
  starting_position             = var.starting_position
  maximum_retry_attempts        = var.maximum_retry_attempts
  maximum_record_age_in_seconds = var.maximum_record_age_in_seconds
  function_response_types       = ["ReportBatchItemFailures"]

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.discarded.arn
    }
  }
}
