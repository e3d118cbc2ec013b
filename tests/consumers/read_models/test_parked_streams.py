"""Parking streams, and taking them up again."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.read_models.apply import DecodedEvent, StreamReader, decode_event
from consumers.read_models.batch_writer import Fenced
from consumers.read_models.parked_streams import bring_up, take_up
from consumers.read_models.stream_state import ParkedStream, load, parked_in
from consumers.read_models.tables import Model, connect
from domain.codec import decode, encode
from domain.event import Recorded
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from tests.conftest import history
from tests.consumers.follower import Follower, follow, made
from tests.consumers.telling import Telling, by_fold, in_models
from tests.domain.openings import PROPOSED, classified
from tests.projections.histories import ENVISIONED, eventful

[PROJECTS] = [projection for projection in projections() if projection.name == "projects"]
MODEL = Model(PROJECTS)


@dataclass
class Parking:
    """A projector that has parked `project-a` at its second event, of three."""

    log: Log
    projector: Follower
    connection: Connection[DictRow]

    @property
    def again(self) -> StreamReader:
        feed = LogFeed(self.log)
        return lambda stream, after: [
            decode_event(line, feed.source.log) for line in feed.read_streams([stream], after)
        ]

    @property
    def version(self) -> int:
        return load(self.connection, MODEL, ["project-a"])["project-a"].version

    def parked(self) -> ParkedStream:
        [one] = parked_in(self.connection)
        return one


@pytest.fixture
def parking(log: Log, feed: LogFeed, telling: Telling) -> Iterator[Parking]:
    told = history(PROPOSED, classified("major"), ENVISIONED)
    telling.tell({"project-a": told[:1]})
    telling.store(("project-a", 2, "change.classified/1", b"{}"))
    telling.write(telling.of_this_log(told[2], "project-a"))
    projector = made(log, feed, PROJECTS)
    follow(projector)
    with connect(log.conninfo) as connection:
        yield Parking(log, projector, connection)
    projector.close()


def test_stays_while_the_event_cannot_be_told(parking: Parking) -> None:
    left = take_up(parking.connection, MODEL, parking.parked(), parking.again)
    assert left
    assert left == parking.parked()
    assert (left.version, parking.version) == (2, 1)


def test_ends_where_it_can(parking: Parking, monkeypatch: pytest.MonkeyPatch) -> None:
    mend(parking, monkeypatch)
    assert take_up(parking.connection, MODEL, parking.parked(), parking.again) is None
    assert (parked_in(parking.connection), parking.version) == ([], 3)


def mend(parking: Parking, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the event is read as what it should have been."""
    told = history(PROPOSED, classified("major"))[1]
    mended = Telling(parking.log).of_this_log(told, "project-a")

    def read(data: bytes) -> Recorded:
        return decode(encode(mended) if data == b"{}" else data)

    monkeypatch.setattr("consumers.read_models.apply.decode", read)


def test_goes_on_without_the_event_that_is_discarded(parking: Parking) -> None:
    assert take_up(parking.connection, MODEL, parking.parked(), parking.again, leaving_out=True) is None
    assert (parked_in(parking.connection), parking.version) == ([], 3)


def test_comes_again_at_the_next_event_that_cannot_be_told(parking: Parking, telling: Telling) -> None:
    telling.store(("project-a", 4, "change.classified/1", b"[]"))
    left = take_up(parking.connection, MODEL, parking.parked(), parking.again, leaving_out=True)
    assert left
    assert (left.version, parking.parked().version, parking.version) == (4, 4, 3)


def test_is_told_as_it_is_now_to_who_takes_it_up_later_than_another(parking: Parking, telling: Telling) -> None:
    telling.store(("project-a", 4, "change.classified/1", b"[]"))
    known = parking.parked()
    left = take_up(parking.connection, MODEL, known, parking.again, leaving_out=True)
    assert take_up(parking.connection, MODEL, known, parking.again, leaving_out=True) == left == parking.parked()


def test_fences_a_projector_that_does_not_know_of_its_end(parking: Parking, telling: Telling) -> None:
    take_up(parking.connection, MODEL, parking.parked(), parking.again, leaving_out=True)
    later = history(PROPOSED, classified("major"), ENVISIONED, classified("minor"))[3]
    telling.write(telling.of_this_log(later, "project-a"))
    before = parking.projector.projector.positions(parking.connection)
    with pytest.raises(Fenced):
        follow(parking.projector)
    assert parking.projector.projector.positions(parking.connection) == before
    parking.projector.following.open()
    follow(parking.projector)
    assert parking.version == 4


def test_holds_up_no_other_stream(parking: Parking, telling: Telling) -> None:
    telling.tell({"project-b": eventful()})
    follow(parking.projector)
    assert {row["project"] for row in in_models(parking.log.conninfo)["projects"]} == {"a", "b"}


def test_brings_up_a_stream_of_which_a_record_was_kept_apart(log: Log, feed: LogFeed, telling: Telling) -> None:
    made(log, feed, PROJECTS).close()
    telling.tell({"project-a": eventful()})

    def again(stream: str, after: int) -> list[DecodedEvent]:
        return [decode_event(line, feed.source.log) for line in feed.read_streams([stream], after)]

    with connect(log.conninfo) as connection:
        bring_up(connection, MODEL, "project-a", again)
    assert in_models(log.conninfo)["projects"] == by_fold(log)["projects"]
