"""Carrying the log to Kafka: the only place that knows brokers and topics, and what stands around them."""
