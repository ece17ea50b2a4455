variable "region" {
  description = "Region of everything."
  type        = string
}

variable "jar" {
  description = "Path of the function's jar, such as fanout-lambda-function/target/fanout-lambda-function-0.1.0-all.jar."
  type        = string
}

variable "function_name" {
  description = "Name of the function; what else is made has names that begin with it."
  type        = string
  default     = "ProdKinesisToPocDynamo"
}

variable "role_name" {
  description = "Name of the function's role."
  type        = string
  default     = "LambdaKinesisDynamo"
}

variable "stream_name" {
  description = "Name of a stream that is there already, in this account and region."
  type        = string
  default     = "web-analytics"
}

variable "stream_kms_key_arn" {
  description = "ARN of the KMS key that encrypts the stream, if it is one of your own."
  type        = string
  default     = ""
}

variable "retention_hours" {
  description = "How many hours the stream keeps a record."
  type        = number
  default     = 24
}

variable "poc_account_id" {
  description = "The account with the table."
  type        = string
  default     = "999999999999"
}

variable "write_role_name" {
  description = "Name of the role in that account that may write to the table."
  type        = string
  default     = "DynamoDB-ProdAnalyticsWrite-role"
}

variable "batch_size" {
  description = "The most records of one invocation."
  type        = number
  default     = 300
}

variable "starting_position" {
  description = "LATEST or TRIM_HORIZON."
  type        = string
  default     = "TRIM_HORIZON"

  validation {
    condition     = contains(["LATEST", "TRIM_HORIZON"], var.starting_position)
    error_message = "LATEST or TRIM_HORIZON."
  }
}

variable "maximum_retry_attempts" {
  description = "How often Lambda sends a batch again; -1 for as long as the stream keeps it."
  type        = number
  default     = -1
}

variable "maximum_record_age_in_seconds" {
  description = "How old a record may become before Lambda discards it; -1 for as old as the stream keeps it."
  type        = number
  default     = -1
}

variable "enabled" {
  description = "Whether the mapping reads. Switch it on when the targets are registered."
  type        = bool
  default     = false
}

variable "partial_responses" {
  description = "Whether the function answers which records failed; false where a target's transform aggregates."
  type        = bool
  default     = true
}

variable "runtime" {
  description = "Lambda runtime: java17 or later."
  type        = string
  default     = "java21"
}

variable "memory_size" {
  description = "Memory of the function in MB."
  type        = number
  default     = 512
}

variable "timeout" {
  description = "Timeout of the function in seconds."
  type        = number
  default     = 120
}

variable "billing_mode" {
  description = "Of the table of targets: PROVISIONED (10 read and 1 write units) or PAY_PER_REQUEST."
  type        = string
  default     = "PROVISIONED"
}

variable "log_retention_days" {
  description = "How many days CloudWatch keeps the function's log."
  type        = number
  default     = 30
}

variable "alarm_topic_arn" {
  description = "SNS topic that the alarms tell; null for no alarms."
  type        = string
  default     = null
}
