"""What is heard: the only place that knows Kafka."""
