"""The numbered migrations of the database. A migration that was applied anywhere is never edited."""

import hashlib
from pathlib import Path
from typing import NamedTuple


class Migration(NamedTuple):
    """One step: its number, its SQL, and the SHA-256 of that SQL."""

    step: int
    sql: str

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.sql.encode()).digest()


def migrations() -> list[Migration]:
    """All migrations in the order of their numbers."""
    files = sorted(Path(__file__).parent.glob("*.sql"))
    return [Migration(int(file.stem.partition("-")[0]), file.read_text("utf-8")) for file in files]
