locals {
  topic              = var.topic == "" ? var.application_name : var.topic
  private_subnet_ids = [for key in sort(keys(aws_subnet.private)) : aws_subnet.private[key].id]

  # Where brokers are is no secret, and the keys of what is made for them may not be one.
  brokers           = nonsensitive(jsondecode(data.aws_secretsmanager_secret_version.brokers.secret_string))
  broker_ports      = toset([for broker in local.brokers : tostring(broker.broker_port)])
  bootstrap_servers = join(",", sort([for broker in local.brokers : "${broker.endpoint_url}:${broker.broker_port}"]))
  source_id         = "kafka://${local.bootstrap_servers}/${local.topic}"

  source_access = concat(
    [for id in local.private_subnet_ids : { type = "VPC_SUBNET", uri = "subnet:${id}" }],
    [{ type = "VPC_SECURITY_GROUP", uri = "security_group:${aws_security_group.function.id}" }],
    var.authentication_secret_arn == "" ? [] : [{ type = var.authentication_type, uri = var.authentication_secret_arn }],
  )
}

data "aws_secretsmanager_secret_version" "brokers" {
  secret_id = var.broker_map_secret == "" ? var.application_name : var.broker_map_secret
}
