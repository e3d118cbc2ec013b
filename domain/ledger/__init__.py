"""The ledger: what makes the log's history provable to someone who trusts only hashes."""
