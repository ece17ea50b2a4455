# The POC account. A table that another account writes to, and a function that delivers its changes to S3 by
# Firehose.

data "aws_caller_identity" "current" {}

resource "aws_dynamodb_table" "this" {
  name             = var.table_name
  billing_mode     = "PROVISIONED"
  read_capacity    = var.read_capacity
  write_capacity   = var.write_capacity
  hash_key         = var.partition_key
  range_key        = var.sort_key
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"

  attribute {
    name = var.partition_key
    type = "S"
  }

  attribute {
    name = var.sort_key
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }
}

data "aws_iam_policy_document" "write_trust" {
  statement {
    sid     = "FanoutAssumesIt"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.production_role_arn]
    }

    dynamic "condition" {
      for_each = var.external_id == "" ? [] : [var.external_id]

      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

data "aws_iam_policy_document" "write" {
  statement {
    sid       = "WriteItems"
    actions   = ["dynamodb:BatchWriteItem", "dynamodb:DescribeTable"]
    resources = [aws_dynamodb_table.this.arn]
  }
}

# What the function in the production account assumes. Its role has to be there before this one is made.
resource "aws_iam_role" "write" {
  name               = var.write_role_name
  assume_role_policy = data.aws_iam_policy_document.write_trust.json
}

resource "aws_iam_role_policy" "write" {
  name   = "prod-raven-lambda-webanalytics-crossaccount"
  role   = aws_iam_role.write.id
  policy = data.aws_iam_policy_document.write.json
}

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
    sid = "ReadTableStream"
    actions = [
      "dynamodb:DescribeStream",
      "dynamodb:GetRecords",
      "dynamodb:GetShardIterator",
      "dynamodb:ListStreams",
    ]
    resources = [aws_dynamodb_table.this.stream_arn]
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

data "aws_iam_policy_document" "firehose" {
  statement {
    sid       = "PutRecords"
    actions   = ["firehose:DescribeDeliveryStream", "firehose:PutRecordBatch"]
    resources = [aws_kinesis_firehose_delivery_stream.this.arn]
  }
}

module "function" {
  source = "../../../modules/function"

  name               = var.function_name
  role_name          = var.role_name
  targets_table_name = "${var.function_name}Targets"
  jar                = var.jar
  runtime            = var.runtime
  memory_size        = var.memory_size
  timeout            = var.timeout
  billing_mode       = var.billing_mode
  partial_responses  = var.partial_responses
  log_retention_days = var.log_retention_days
  alarm_topic_arn    = var.alarm_topic_arn
  policies = {
    source       = data.aws_iam_policy_document.source.json
    dead_letters = data.aws_iam_policy_document.dead_letters.json

    poc-raven-lambda-firehose = data.aws_iam_policy_document.firehose.json
  }
}

# Item failures are reported whatever the function answers: that is safe either way, so that
# partial_responses can be changed at any time.
resource "aws_lambda_event_source_mapping" "table" {
  event_source_arn              = aws_dynamodb_table.this.stream_arn
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
