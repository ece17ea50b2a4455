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
  default     = "PocLambdaFirehose"
}

variable "role_name" {
  description = "Name of the function's role."
  type        = string
  default     = "lambdadynamostreams_firehose"
}

variable "production_role_arn" {
  description = "The role of the function in the production account, role_arn of production-account, which is applied first."
  type        = string
  default     = "arn:aws:iam::111111111111:role/LambdaKinesisDynamo"
}

variable "external_id" {
  description = "External id that the role asks for; then the target's row names it, too. Empty for none."
  type        = string
  default     = ""
}

variable "table_name" {
  description = "Name of the table."
  type        = string
  default     = "prod-raven-lambda-webanalytics-crossaccount"
}

variable "partition_key" {
  description = "The table's partition key, a text."
  type        = string
  default     = "seqNumbershardIdHash"
}

variable "sort_key" {
  description = "The table's sort key, a text."
  type        = string
  default     = "sequenceNumber"
}

variable "read_capacity" {
  description = "Read capacity of the table."
  type        = number
  default     = 20
}

variable "write_capacity" {
  description = "Write capacity of the table."
  type        = number
  default     = 20
}

variable "write_role_name" {
  description = "Name of the role that may write to the table."
  type        = string
  default     = "DynamoDB-ProdAnalyticsWrite-role"
}

variable "delivery_stream_name" {
  description = "Name of the Firehose stream."
  type        = string
  default     = "prod-s3-firehose"
}

variable "firehose_role_name" {
  description = "Name of Firehose's role."
  type        = string
  default     = "firehosedeliveryrole"
}

variable "bucket_name" {
  description = "Name of the bucket to make; it must be free in all of S3."
  type        = string
}

variable "prefix" {
  description = "What the keys of objects begin with."
  type        = string
  default     = "prod-kinesis-data"
}

variable "buffer_size_in_mbs" {
  description = "Firehose writes an object when this is full,"
  type        = number
  default     = 5
}

variable "buffer_interval_in_seconds" {
  description = "or after this time."
  type        = number
  default     = 300
}

variable "compression_format" {
  description = "How objects are compressed."
  type        = string
  default     = "UNCOMPRESSED"
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
  default     = 300
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
