"""The inbox store in an SQLite file of the subscriber's own."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from consumers.inbox.inbox_store import InboxStore


class SqliteInboxStore(InboxStore):
    """An inbox store in an SQLite file, which is created if missing. A handler may write by `connection` too."""

    def __init__(self, path: Path, subscriber: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self.connection.execute("PRAGMA synchronous = FULL")
        super().__init__(subscriber)

    @contextmanager
    def transaction(self) -> Generator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def close(self) -> None:
        self.connection.close()

    def _execute(self, statement: str, *values: object) -> Any:
        return self.connection.execute(statement, values)
