"""The inbox store in a PostgreSQL of the subscriber's own; the only module of the inbox that needs psycopg."""

from contextlib import AbstractContextManager
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from consumers.inbox.inbox_store import InboxStore


class PostgresInboxStore(InboxStore):
    """An inbox store in PostgreSQL. A handler may write by `connection` too.

    Raises `ValueError` for a connection without autocommit: there a transaction would be part of a longer one.
    """

    def __init__(self, connection: Connection[Any], subscriber: str) -> None:
        if not connection.autocommit:
            raise ValueError("the inbox store needs a connection in autocommit mode: set connection.autocommit = True")
        self.connection = connection
        super().__init__(subscriber)

    def transaction(self) -> AbstractContextManager[object]:
        return self.connection.transaction()

    def _execute(self, statement: str, *values: object) -> Any:
        cursor = self.connection.cursor(row_factory=tuple_row)
        return cursor.execute(statement.replace("?", "%s").encode(), values)
