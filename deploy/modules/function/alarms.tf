# The alarms that docs/operations.md suggests, over all sources and targets of the function.

locals {
  metrics_of_targets = "SCHEMA(\"Custom/FanOut\", \"Destination\", \"Function\", \"Source\") WHERE \"Function\" = '${var.name}'"
  metrics_of_sources = "SCHEMA(\"Custom/FanOut\", \"Function\", \"Source\") WHERE \"Function\" = '${var.name}'"

  alarms = {
    LedgerDifference = {
      expression = "SELECT SUM(LedgerDifference) FROM ${local.metrics_of_targets}"
      above      = 0
      periods    = 1
      meaning    = "The books are wrong: a record may be lost"
    }
    RetentionUsed = {
      expression = "SELECT MAX(RetentionUsed) FROM ${local.metrics_of_targets}"
      above      = 50
      periods    = 1
      meaning    = "The source drops what is held when 100 percent are used"
    }
    Held = {
      expression = "SELECT MAX(Held) FROM ${local.metrics_of_targets}"
      above      = 0
      periods    = 3
      meaning    = "A target takes nothing"
    }
    DeadLettered = {
      expression = "SELECT SUM(DeadLettered) FROM ${local.metrics_of_targets}"
      above      = 0
      periods    = 1
      meaning    = "Records that their target has not got"
    }
    Dropped = {
      expression = "SELECT SUM(Dropped) FROM ${local.metrics_of_targets}"
      above      = 0
      periods    = 1
      meaning    = "Records that are gone"
    }
    StaleTargets = {
      expression = "SELECT MAX(StaleTargets) FROM ${local.metrics_of_sources}"
      above      = 0
      periods    = 3
      meaning    = "The table of targets cannot be read"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "fanout" {
  for_each = var.alarm_topic_arn == null ? {} : local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.meaning
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = each.value.periods
  threshold           = each.value.above
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]

  metric_query {
    id          = "value"
    expression  = each.value.expression
    period      = 300
    return_data = true
  }
}

# A function that cannot answer at all writes no metric of its own.
resource "aws_cloudwatch_metric_alarm" "errors" {
  count = var.alarm_topic_arn == null ? 0 : 1

  alarm_name          = "${var.name}-Errors"
  alarm_description   = "Invocations fail: the source's records come again"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
}
