"""Read models: their tables, versions, checkpoints, and the projector that fills them. Knows no Kafka."""
