# The brokers, by the endpoint services that their account shares.

resource "aws_vpc_endpoint" "broker" {
  for_each = local.brokers

  vpc_id             = aws_vpc.this.id
  vpc_endpoint_type  = "Interface"
  service_name       = each.value.service_name
  subnet_ids         = local.private_subnet_ids
  security_group_ids = [aws_security_group.brokers.id]

  tags = { Name = "${var.application_name}-${each.key}" }
}

# Brokers tell their own names to who asks for the topic: here these names lead to the endpoints.

resource "aws_route53_zone" "brokers" {
  name = "kafka.${var.region}.amazonaws.com"

  vpc {
    vpc_id     = aws_vpc.this.id
    vpc_region = var.region
  }
}

resource "aws_route53_record" "broker" {
  for_each = aws_vpc_endpoint.broker

  zone_id = aws_route53_zone.brokers.zone_id
  name    = local.brokers[each.key].endpoint_url
  type    = "A"

  alias {
    name                   = each.value.dns_entry[0].dns_name
    zone_id                = each.value.dns_entry[0].hosted_zone_id
    evaluate_target_health = true
  }
}

# The services that a function without a way out needs: its tables, what assumes roles of targets, and what
# calls the function.

resource "aws_vpc_endpoint" "dynamodb" {
  vpc_id            = aws_vpc.this.id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${var.region}.dynamodb"
  route_table_ids   = [for table in aws_route_table.private : table.id]
}

resource "aws_vpc_endpoint" "service" {
  for_each = var.nat_gateways ? toset([]) : toset(var.authentication_secret_arn == "" ? ["lambda", "sts"] : ["lambda", "secretsmanager", "sts"])

  vpc_id              = aws_vpc.this.id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${var.region}.${each.key}"
  private_dns_enabled = true
  subnet_ids          = local.private_subnet_ids
  security_group_ids  = [aws_security_group.services.id]
}
