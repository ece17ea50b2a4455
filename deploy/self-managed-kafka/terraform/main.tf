# A function that delivers a topic of another account's brokers to the targets in a table.

# What Lambda gives up, where the mapping has bounds: where in the stream it is, not the records.
resource "aws_sqs_queue" "discarded" {
  name                      = "${var.application_name}-discarded"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

# What a target does not take, whose row says onFailure=DEAD_LETTER: the records themselves.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.application_name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

data "aws_iam_policy_document" "source" {
  # Network interfaces have no ARN that could be named before there are any.
  statement {
    sid = "AttachToVpc"
    actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
      "ec2:UnassignPrivateIpAddresses",
    ]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = var.authentication_secret_arn == "" ? [] : [var.authentication_secret_arn]

    content {
      sid       = "ReadSecret"
      actions   = ["secretsmanager:GetSecretValue"]
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

data "aws_iam_policy_document" "results" {
  statement {
    sid       = "WriteResults"
    actions   = ["dynamodb:BatchWriteItem", "dynamodb:DescribeTable"]
    resources = [aws_dynamodb_table.results.arn]
  }
}

module "function" {
  source = "../../modules/function"

  name               = var.application_name
  role_name          = "${var.application_name}Role"
  targets_table_name = "${var.application_name}Targets"
  jar                = var.jar
  handler            = var.handler
  runtime            = var.runtime
  memory_size        = var.memory_size
  timeout            = var.timeout
  billing_mode       = var.billing_mode
  partial_responses  = var.partial_responses
  log_retention_days = var.log_retention_days
  alarm_topic_arn    = var.alarm_topic_arn
  subnet_ids         = local.private_subnet_ids
  security_group_ids = [aws_security_group.function.id]

  # For a function of your own, such as examples/.../MovingAverageFunction.
  environment = {
    SOURCE              = local.source_id
    DYNAMODB_TABLE_NAME = aws_dynamodb_table.results.name
  }

  policies = {
    source       = data.aws_iam_policy_document.source.json
    dead_letters = data.aws_iam_policy_document.dead_letters.json
    results      = data.aws_iam_policy_document.results.json
  }
}

# Item failures are reported as soon as there are provisioned pollers, whatever the function answers: so switch
# pollers on first, partial responses after that, and off the other way round.
resource "aws_lambda_event_source_mapping" "topic" {
  function_name                 = module.function.function_arn
  topics                        = [local.topic]
  enabled                       = var.enabled
  batch_size                    = var.batch_size
  starting_position             = var.starting_position
  maximum_retry_attempts        = var.provisioned_pollers == 0 ? null : var.maximum_retry_attempts
  maximum_record_age_in_seconds = var.provisioned_pollers == 0 ? null : var.maximum_record_age_in_seconds
  function_response_types       = var.provisioned_pollers == 0 ? [] : ["ReportBatchItemFailures"]

  self_managed_event_source {
    endpoints = { KAFKA_BOOTSTRAP_SERVERS = local.bootstrap_servers }
  }

  dynamic "self_managed_kafka_event_source_config" {
    for_each = var.consumer_group_id == "" ? [] : [var.consumer_group_id]

    content {
      consumer_group_id = self_managed_kafka_event_source_config.value
    }
  }

  dynamic "source_access_configuration" {
    for_each = local.source_access

    content {
      type = source_access_configuration.value.type
      uri  = source_access_configuration.value.uri
    }
  }

  dynamic "provisioned_poller_config" {
    for_each = var.provisioned_pollers == 0 ? [] : [var.provisioned_pollers]

    content {
      minimum_pollers = 1
      maximum_pollers = provisioned_poller_config.value
    }
  }

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.discarded.arn
    }
  }

  lifecycle {
    precondition {
      condition     = !var.partial_responses || var.provisioned_pollers > 0
      error_message = "Kafka's mappings report item failures with provisioned pollers only: records would be lost."
    }
  }

  # The brokers' names and the way to them are there before they are asked for.
  depends_on = [
    aws_route53_record.broker,
    aws_vpc_endpoint.dynamodb,
    aws_vpc_endpoint.service,
    aws_route.nat,
    aws_vpc_security_group_egress_rule.https,
    aws_vpc_security_group_egress_rule.brokers,
    aws_vpc_security_group_ingress_rule.brokers,
    aws_vpc_security_group_ingress_rule.services,
  ]
}
