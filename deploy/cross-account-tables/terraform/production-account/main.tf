# The production account. A function that delivers a Kinesis stream to a table in another account.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  stream_arn     = "arn:${data.aws_partition.current.partition}:kinesis:${var.region}:${data.aws_caller_identity.current.account_id}:stream/${var.stream_name}"
  write_role_arn = "arn:${data.aws_partition.current.partition}:iam::${var.poc_account_id}:role/${var.write_role_name}"
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
    sid = "ReadStream"
    actions = [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
    ]
    resources = [local.stream_arn]
  }

  dynamic "statement" {
    for_each = var.stream_kms_key_arn == "" ? [] : [var.stream_kms_key_arn]

    content {
      sid       = "DecryptStream"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
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

data "aws_iam_policy_document" "assume" {
  statement {
    sid       = "AssumeWriteRole"
    actions   = ["sts:AssumeRole"]
    resources = [local.write_role_arn]
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
  retention_hours    = var.retention_hours
  log_retention_days = var.log_retention_days
  alarm_topic_arn    = var.alarm_topic_arn
  policies = {
    source       = data.aws_iam_policy_document.source.json
    dead_letters = data.aws_iam_policy_document.dead_letters.json

    prod-raven-lambda-assumerole = data.aws_iam_policy_document.assume.json
  }
}

# Item failures are reported whatever the function answers: that is safe either way, so that
# partial_responses can be changed at any time.
resource "aws_lambda_event_source_mapping" "stream" {
  event_source_arn              = local.stream_arn
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
