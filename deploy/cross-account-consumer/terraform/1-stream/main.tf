# Account 1. A Kinesis stream, a consumer with enhanced fan-out, the key that encrypts the stream, and what
# the function's role in account 2 may do with them.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

# In a key's policy * is the key itself. Who may use it in this account is up to IAM.
data "aws_iam_policy_document" "key" {
  statement {
    sid       = "OwnAccount"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  # The role does not exist yet. What is its is decided in its account, within this.
  statement {
    sid       = "ConsumerDecrypts"
    actions   = ["kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${var.lambda_consumer_account_id}:root"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["kinesis.${var.region}.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "stream" {
  description         = "Encrypts the stream ${var.stream_name}"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "stream" {
  name          = "alias/${var.stream_name}"
  target_key_id = aws_kms_key.stream.key_id
}

resource "aws_kinesis_stream" "this" {
  name             = var.stream_name
  retention_period = var.retention_hours
  encryption_type  = "KMS"
  kms_key_id       = aws_kms_key.stream.arn

  stream_mode_details {
    stream_mode = "ON_DEMAND"
  }
}

resource "aws_kinesis_stream_consumer" "function" {
  name       = var.consumer_name
  stream_arn = aws_kinesis_stream.this.arn
}

data "aws_iam_policy_document" "stream" {
  count = var.lambda_role_arn == "" ? 0 : 1

  statement {
    sid = "ReadStream"
    actions = [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
    ]
    resources = [aws_kinesis_stream.this.arn]

    principals {
      type        = "AWS"
      identifiers = [var.lambda_role_arn]
    }
  }
}

data "aws_iam_policy_document" "consumer" {
  count = var.lambda_role_arn == "" ? 0 : 1

  statement {
    sid       = "ReadConsumer"
    actions   = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]
    resources = [aws_kinesis_stream_consumer.function.arn]

    principals {
      type        = "AWS"
      identifiers = [var.lambda_role_arn]
    }
  }
}

resource "aws_kinesis_resource_policy" "stream" {
  count = var.lambda_role_arn == "" ? 0 : 1

  resource_arn = aws_kinesis_stream.this.arn
  policy       = data.aws_iam_policy_document.stream[0].json
}

resource "aws_kinesis_resource_policy" "consumer" {
  count = var.lambda_role_arn == "" ? 0 : 1

  resource_arn = aws_kinesis_stream_consumer.function.arn
  policy       = data.aws_iam_policy_document.consumer[0].json
}
