output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "function_arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "role_arn" {
  description = "ARN of the function's role, for the trust policies of roles that it assumes."
  value       = aws_iam_role.function.arn
}

output "role_name" {
  description = "Name of the function's role, to give it what its targets need."
  value       = aws_iam_role.function.name
}

output "targets_table_name" {
  description = "Name of the table of targets."
  value       = aws_dynamodb_table.targets.name
}
