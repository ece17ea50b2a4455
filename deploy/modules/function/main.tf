# The function with what every use of it has: its role, its log, its table of targets and its alarms.

resource "aws_dynamodb_table" "targets" {
  name           = var.targets_table_name
  billing_mode   = var.billing_mode
  read_capacity  = var.billing_mode == "PROVISIONED" ? 10 : null
  write_capacity = var.billing_mode == "PROVISIONED" ? 1 : null
  hash_key       = "sourceArn"
  range_key      = "id"

  attribute {
    name = "sourceArn"
    type = "S"
  }

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  statement {
    sid       = "ReadTargets"
    actions   = ["dynamodb:Query"]
    resources = [aws_dynamodb_table.targets.arn]
  }

  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function.arn}:*"]
  }
}

resource "aws_iam_role" "function" {
  name               = var.role_name
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}

resource "aws_iam_role_policy" "given" {
  for_each = var.policies

  name   = each.key
  role   = aws_iam_role.function.id
  policy = each.value
}

resource "aws_lambda_function" "this" {
  function_name    = var.name
  description      = "Delivers a stream to the targets in ${var.targets_table_name}"
  role             = aws_iam_role.function.arn
  filename         = var.jar
  source_code_hash = filebase64sha256(var.jar)
  handler          = var.handler
  runtime          = var.runtime
  memory_size      = var.memory_size
  timeout          = var.timeout

  environment {
    variables = merge(
      var.environment,
      {
        FANOUT_TABLE_NAME        = aws_dynamodb_table.targets.name
        FANOUT_PARTIAL_RESPONSES = tostring(var.partial_responses)
      },
      var.retention_hours == null ? {} : { FANOUT_RETENTION_HOURS = tostring(var.retention_hours) },
    )
  }

  dynamic "vpc_config" {
    for_each = length(var.subnet_ids) == 0 ? [] : [1]

    content {
      subnet_ids         = var.subnet_ids
      security_group_ids = var.security_group_ids
    }
  }

  # What it may do is there before it does anything.
  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function, aws_iam_role_policy.given]
}
