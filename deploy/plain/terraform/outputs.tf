output "stream_arn" {
  description = "The stream: what targets are registered under."
  value       = local.stream_arn
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
  value       = aws_lambda_event_source_mapping.stream.uuid
}
