"""Kafka: clients, topic, relay and consumers; the only importer of kafka-python."""
