output "kinesis_stream_arn" {
  description = "Variable of 2-function; targets are registered under it."
  value       = aws_kinesis_stream.this.arn
}

output "kinesis_stream_efo_consumer_arn" {
  description = "Variable of 2-function."
  value       = aws_kinesis_stream_consumer.function.arn
}

output "kms_key_arn" {
  description = "Variable of 2-function."
  value       = aws_kms_key.stream.arn
}
