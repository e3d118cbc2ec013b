"""Failures that the command line explains in a sentence, and the exit code of each."""

import psycopg

from consumers.carrying.security import Unusable
from consumers.event_log import Unreachable
from consumers.rows.reader import NotBuilt
from milepost.commands import Conflict, Invalid, KeyReused, Unavailable
from milepost.kafka import KafkaError
from milepost.log import NotOpened
from milepost.migrate import Unsafe
from milepost.postgres import PostgresError
from milepost.problems import Problem
from milepost.reading import Unknown
from milepost.settings import Unfit
from milepost.stored import Damaged

WRONG, UNREACHABLE = 2, 5
_WRONG = (Unfit, Unusable, Unsafe, NotOpened, Damaged, Invalid, Unknown, Conflict, KeyReused, Problem)
_UNREACHABLE = (PostgresError, KafkaError, Unavailable, NotBuilt, Unreachable)


def explain(error: Exception) -> tuple[str, int] | None:
    """The sentence and the exit code of a failure; None where it is a fault of the program."""
    if isinstance(error, _WRONG):
        return str(error), WRONG
    if isinstance(error, _UNREACHABLE):
        return str(error), UNREACHABLE
    if isinstance(error, psycopg.OperationalError):
        return f"the database doesn't answer: {error}", UNREACHABLE
    return None
