"""Reading: read models as the service asks them, and projects folded from the log."""
