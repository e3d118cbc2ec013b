"""Failures that the command line explains in a sentence, and the exit code of each."""

import psycopg

from consumers.event_log import Unreachable
from consumers.kafka.security import InvalidSetting
from consumers.read_models.reader import NotBuilt
from milepost.app.settings import Unfit
from milepost.embedded.kafka import KafkaError
from milepost.embedded.postgres.server import PostgresError
from milepost.log.command_outcome import IdempotencyKeyReused, InvalidRequest, LogUnavailable, VersionConflict
from milepost.log.migrate import UnsafeDatabase
from milepost.log.store import LogNotOpened
from milepost.log.stored_event import DamagedLog
from milepost.reading.project_queries import Unknown
from milepost.web.problems import Problem

WRONG, UNREACHABLE = 2, 5
_WRONG = (
    Unfit,
    InvalidSetting,
    UnsafeDatabase,
    LogNotOpened,
    DamagedLog,
    InvalidRequest,
    Unknown,
    VersionConflict,
    IdempotencyKeyReused,
    Problem,
)
_UNREACHABLE = (PostgresError, KafkaError, LogUnavailable, NotBuilt, Unreachable)


def explain(error: Exception) -> tuple[str, int] | None:
    """The sentence and the exit code of a failure; None where it is a fault of the program."""
    if isinstance(error, _WRONG):
        return str(error), WRONG
    if isinstance(error, _UNREACHABLE):
        return str(error), UNREACHABLE
    if isinstance(error, psycopg.OperationalError):
        return f"the database doesn't answer: {error}", UNREACHABLE
    return None
