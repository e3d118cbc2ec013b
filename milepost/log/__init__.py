"""The log: the append-only store of all events in PostgreSQL, its writer, export and verification."""
