"""Parking: streams that a read model leaves out since an event that it can't tell of, and how to take them up again."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.read_models.apply import FailedEvent, StreamReader, apply_events
from consumers.read_models.batch_writer import Fenced, Writing
from consumers.read_models.stream_state import ParkedStream, StreamState, load, parked_in
from consumers.read_models.tables import Model


class Apart(NamedTuple):
    """A record of the topic that is no event of this log: where it stands, why not, and since when that is known."""

    transport: str
    partition: int
    offset: int
    why: str
    found_at: datetime


def take_up(
    connection: Connection[DictRow], model: Model, parked: ParkedStream, again: StreamReader, leaving_out: bool = False
) -> ParkedStream | None:
    """Fold a parked stream on, if need be without the event that it was parked at; where it is parked now, if it is.

    Projectors wait meanwhile, and see afterwards that it isn't parked any more.
    """

    def fold(until: int | None) -> StreamState:
        [one] = load(connection, model, [parked.stream]).values()
        if leaving_out:
            one.version, one.last = parked.version, ""
        told = [item for item in again(parked.stream, one.version) if until is None or item.logged.version < until]
        apply_events(model.projection, one, told, again)
        return one

    with connection.transaction():
        asked = "SELECT FROM models.parked WHERE (model, stream, version) = (%s, %s, %s) FOR UPDATE"
        if connection.execute(asked, (model.name, parked.stream, parked.version)).fetchone() is None:
            return _parked_now(connection, parked)  # somebody else took it up
        one, left = _as_far_as_can_be(fold, model)
        _write(connection, model, parked.stream, one)
        connection.execute("DELETE FROM models.parked WHERE (model, stream) = (%s, %s)", (model.name, parked.stream))
        if left:
            parking = Writing()
            parking.park([left])
            parking.run(connection)
    return left


def _parked_now(connection: Connection[DictRow], parked: ParkedStream) -> ParkedStream | None:
    return next((one for one in parked_in(connection) if one[:2] == parked[:2]), None)


def _write(connection: Connection[DictRow], model: Model, stream: str, one: StreamState) -> None:
    writing = Writing()
    writing.change(model, {stream: one})
    writing.run(connection)


def _as_far_as_can_be(
    fold: Callable[[int | None], StreamState], model: Model
) -> tuple[StreamState, ParkedStream | None]:
    try:
        return fold(None), None
    except FailedEvent as poison:
        return fold(poison.logged.version), poison.parked_in(model.name)


def bring_up(connection: Connection[DictRow], model: Model, stream: str, again: StreamReader) -> None:
    """Take in what the log has of a stream and the read model has not, be a projector at it or not."""
    while True:
        [one] = load(connection, model, [stream]).values()
        apply_events(model.projection, one, again(stream, one.version), again)
        with suppress(Fenced):  # a projector was faster: is there more?
            return _write(connection, model, stream, one)


def kept_apart(connection: Connection[DictRow]) -> list[Apart]:
    """The records that were kept apart, in the order of their places."""
    found = connection.execute(
        'SELECT transport, partition, "offset", why, found_at FROM models.quarantined'
        ' ORDER BY transport, partition, "offset"'
    )
    return [Apart(**row) for row in found]


def forget(connection: Connection[DictRow], apart: Apart) -> None:
    """Have it kept apart no more: it was looked at."""
    connection.execute(
        'DELETE FROM models.quarantined WHERE (transport, partition, "offset") = (%s, %s, %s)',
        (apart.transport, apart.partition, apart.offset),
    )
