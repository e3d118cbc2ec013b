"""Tampering: a superuser who changes what a log holds, as nobody else can."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from milepost.embedded.postgres.cluster import SUPERUSER
from milepost.embedded.postgres.server import Server
from milepost.log.store import Log


def tamper(server: Server, log: Log, position: int, kind: str, data: bytes) -> None:
    """Put another kind and other bytes at a position."""
    database = str(conninfo_to_dict(log.conninfo)["dbname"])
    with psycopg.connect(server.url(SUPERUSER, database)) as connection:
        connection.execute("ALTER TABLE log.events DISABLE TRIGGER refuse_change")
        connection.execute(
            "UPDATE log.events SET topic = %s, state = %s WHERE notification_id = %s", (kind, data, position)
        )
        connection.execute("ALTER TABLE log.events ENABLE ALWAYS TRIGGER refuse_change")
