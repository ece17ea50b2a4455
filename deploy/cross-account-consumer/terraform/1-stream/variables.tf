variable "region" {
  description = "Region of everything, in both accounts."
  type        = string
}

variable "lambda_consumer_account_id" {
  description = "The account of the function, account 2."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.lambda_consumer_account_id))
    error_message = "An account has twelve digits."
  }
}

variable "lambda_role_arn" {
  description = "ARN of the function's role in account 2: role_arn of 2-function. Empty until it is there."
  type        = string
  default     = ""
}

variable "stream_name" {
  description = "Name of the stream."
  type        = string
  default     = "kds-cross-account-stream"
}

variable "consumer_name" {
  description = "Name of the consumer."
  type        = string
  default     = "kds-cross-account-stream-efo-consumer"
}

variable "retention_hours" {
  description = "How many hours the stream keeps a record."
  type        = number
  default     = 24
}
