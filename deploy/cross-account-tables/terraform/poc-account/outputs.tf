output "table_arn" {
  description = "The destination of the production account's target."
  value       = aws_dynamodb_table.this.arn
}

output "table_stream_arn" {
  description = "The table's stream, which this account's targets are registered under."
  value       = aws_dynamodb_table.this.stream_arn
}

output "write_role_arn" {
  description = "The role of the production account's target."
  value       = aws_iam_role.write.arn
}

output "delivery_stream_arn" {
  description = "The destination of this account's target."
  value       = aws_kinesis_firehose_delivery_stream.this.arn
}

output "bucket_name" {
  description = "The bucket."
  value       = aws_s3_bucket.this.id
}

output "function_name" {
  description = "The function."
  value       = module.function.function_name
}

output "role_name" {
  description = "The function's role, to give it what its targets need."
  value       = module.function.role_name
}

output "targets_table_name" {
  description = "The table of targets."
  value       = module.function.targets_table_name
}

output "dead_letter_queue_url" {
  description = "The destination of a target that takes dead letters."
  value       = aws_sqs_queue.dead_letters.url
}

output "mapping_id" {
  description = "The event source mapping."
  value       = aws_lambda_event_source_mapping.table.uuid
}
