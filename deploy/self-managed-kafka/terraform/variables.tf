variable "region" {
  description = "Region of everything."
  type        = string
}

variable "application_name" {
  description = "Name of the function, the topic, the secret, the table of results, and of what else is made."
  type        = string
  default     = "cross-account-msk-data-streaming"
}

variable "jar" {
  description = "Path of the function's jar, such as fanout-lambda-function/target/fanout-lambda-function-0.1.0-all.jar."
  type        = string
}

variable "handler" {
  description = "Handler of the jar."
  type        = string
  default     = "org.streamfanout.lambda.function.FanoutFunction::handleRequest"
}

variable "vpc_cidr_block" {
  description = "CIDR block of the VPC. It must not overlap with that of the brokers."
  type        = string
  default     = "10.0.0.0/16"
}

variable "private_subnets" {
  description = "Subnets of the function, of what reads the topic, and of the endpoints."
  type        = map(object({
    cidr_block        = string
    availability_zone = string
  }))
  default     = {
    subnet_1 = {
      cidr_block        = "10.0.2.0/24"
      availability_zone = "eu-central-1a"
    }
    subnet_2 = {
      cidr_block        = "10.0.3.0/24"
      availability_zone = "eu-central-1b"
    }
  }
}

variable "public_subnets" {
  description = "Subnets of NAT gateways, made with nat_gateways only."
  type        = map(object({
    cidr_block        = string
    availability_zone = string
  }))
  default     = {
    subnet_1 = {
      cidr_block        = "10.0.0.0/24"
      availability_zone = "eu-central-1a"
    }
    subnet_2 = {
      cidr_block        = "10.0.1.0/24"
      availability_zone = "eu-central-1b"
    }
  }
}

variable "nat_gateways" {
  description = "Whether there are NAT gateways, for targets beyond the VPC. Without, endpoints lead to DynamoDB, Lambda and STS alone."
  type        = bool
  default     = false
}

variable "broker_map_secret" {
  description = "Name of the shared secret with the brokers, or its ARN if it is in another account; empty for the name of the application. Its JSON is a map of objects with endpoint_url, broker_port and service_name."
  type        = string
  default     = ""
}

variable "topic" {
  description = "Topic; empty for the name of the application."
  type        = string
  default     = ""
}

variable "consumer_group_id" {
  description = "Consumer group; empty for one that Lambda names."
  type        = string
  default     = ""
}

variable "authentication_type" {
  description = "How brokers know the reader; needed with authentication_secret_arn."
  type        = string
  default     = "SASL_SCRAM_512_AUTH"

  validation {
    condition     = contains(["BASIC_AUTH", "SASL_SCRAM_256_AUTH", "SASL_SCRAM_512_AUTH", "CLIENT_CERTIFICATE_TLS_AUTH"], var.authentication_type)
    error_message = "BASIC_AUTH, SASL_SCRAM_256_AUTH, SASL_SCRAM_512_AUTH or CLIENT_CERTIFICATE_TLS_AUTH."
  }
}

variable "authentication_secret_arn" {
  description = "ARN of the secret with the credentials for that; empty if brokers ask for none."
  type        = string
  default     = ""
}

variable "batch_size" {
  description = "The most records of one invocation."
  type        = number
  default     = 10
}

variable "starting_position" {
  description = "LATEST or TRIM_HORIZON."
  type        = string
  default     = "LATEST"

  validation {
    condition     = contains(["LATEST", "TRIM_HORIZON"], var.starting_position)
    error_message = "LATEST or TRIM_HORIZON."
  }
}

variable "enabled" {
  description = "Whether the mapping reads. Switch it on when the targets are registered."
  type        = bool
  default     = false
}

variable "provisioned_pollers" {
  description = "How many pollers are provisioned at most; 0 for those that Lambda finds fit. Partial responses and bounds need them."
  type        = number
  default     = 0
}

variable "maximum_retry_attempts" {
  description = "How often Lambda sends a batch again; -1 for as long as the topic keeps it."
  type        = number
  default     = -1
}

variable "maximum_record_age_in_seconds" {
  description = "How old a record may become before Lambda discards it; -1 for as old as the topic keeps it."
  type        = number
  default     = -1
}

variable "partial_responses" {
  description = "Whether the function answers which records failed. Needs provisioned_pollers, switched on before; not where a transform aggregates."
  type        = bool
  default     = false
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
  default     = 30
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
