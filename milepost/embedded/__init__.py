"""The embedded servers: PostgreSQL and Kafka of this machine, in private data folders."""
