# The function reaches the brokers' endpoints at the brokers' ports, and HTTPS. Nothing reaches the function but
# what reads the topic for it, which is in the same group.

resource "aws_security_group" "function" {
  name        = "${var.application_name}-function"
  description = "The function, and what reads the topic for it"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "brokers" {
  name        = "${var.application_name}-brokers"
  description = "Endpoints of the brokers"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "services" {
  name        = "${var.application_name}-services"
  description = "Endpoints of AWS services"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.function.id
  description       = "AWS services and targets"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "brokers" {
  for_each = local.broker_ports

  security_group_id            = aws_security_group.function.id
  description                  = "Brokers"
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.value)
  to_port                      = tonumber(each.value)
  referenced_security_group_id = aws_security_group.brokers.id
}

resource "aws_vpc_security_group_ingress_rule" "brokers" {
  for_each = local.broker_ports

  security_group_id            = aws_security_group.brokers.id
  description                  = "Readers of the topic"
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.value)
  to_port                      = tonumber(each.value)
  referenced_security_group_id = aws_security_group.function.id
}

resource "aws_vpc_security_group_ingress_rule" "services" {
  security_group_id            = aws_security_group.services.id
  description                  = "The function, and what reads the topic for it"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.function.id
}
