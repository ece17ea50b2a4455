variable "name" {
  description = "Name of the function."
  type        = string
}

variable "role_name" {
  description = "Name of the function's role."
  type        = string
}

variable "jar" {
  description = "Path of the function's jar, up to 50 MB."
  type        = string
}

variable "handler" {
  description = "Handler of the jar."
  type        = string
  default     = "org.streamfanout.lambda.function.FanoutFunction::handleRequest"
}

variable "runtime" {
  description = "Lambda runtime: java17 or later."
  type        = string
  default     = "java21"

  validation {
    condition     = contains(["java17", "java21", "java25"], var.runtime)
    error_message = "The jar needs java17 or later."
  }
}

variable "memory_size" {
  description = "Memory in MB; less than 512 is little for a JVM with these clients."
  type        = number
  default     = 512
}

variable "timeout" {
  description = "Timeout in seconds."
  type        = number
  default     = 30
}

variable "targets_table_name" {
  description = "Name of the table of targets."
  type        = string
}

variable "billing_mode" {
  description = "PROVISIONED with 10 read and 1 write units, or PAY_PER_REQUEST."
  type        = string
  default     = "PROVISIONED"

  validation {
    condition     = contains(["PROVISIONED", "PAY_PER_REQUEST"], var.billing_mode)
    error_message = "PROVISIONED or PAY_PER_REQUEST."
  }
}

variable "partial_responses" {
  description = "Whether the function answers which records failed. Needs a mapping that reports item failures."
  type        = bool
  default     = true
}

variable "retention_hours" {
  description = "How many hours the source keeps a record; null if the function should take what it knows."
  type        = number
  default     = null
}

variable "environment" {
  description = "Further variables of the function."
  type        = map(string)
  default     = {}
}

variable "policies" {
  description = "Policies of the role, by name: what the sources and the targets need."
  type        = map(string)
}

variable "log_retention_days" {
  description = "How many days CloudWatch keeps the function's log."
  type        = number
  default     = 30
}

variable "subnet_ids" {
  description = "Subnets of a function in a VPC; none for a function outside."
  type        = list(string)
  default     = []
}

variable "security_group_ids" {
  description = "Security groups of a function in a VPC."
  type        = list(string)
  default     = []
}

variable "alarm_topic_arn" {
  description = "SNS topic that the alarms tell; null for no alarms."
  type        = string
  default     = null
}
