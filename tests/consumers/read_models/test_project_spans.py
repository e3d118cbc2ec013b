"""Projecting, as spans tell it."""

from collections.abc import Iterator

import pytest

from consumers.tracing.trace import Trace, trace_of
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from tests.conftest import history
from tests.consumers.follower import Follower, follow, made
from tests.consumers.telling import Telling
from tests.domain.openings import PROPOSED, classified
from tests.listening import Listening, listening

TOLD = history(PROPOSED, classified("minor"))


@pytest.fixture
def heard() -> Iterator[Listening]:
    with listening() as found:
        yield found


@pytest.fixture
def follower(log: Log) -> Iterator[Follower]:
    found = made(log, LogFeed(log))
    follow(found)
    yield found
    found.close()


def trace(log: Log, version: int) -> Trace:
    return trace_of(log.identity().id, "ada", f"command-{version}")


def test_tells_when_the_events_of_a_command_were_in_the_rows_of_each_read_model(
    log: Log, telling: Telling, follower: Follower, heard: Listening
) -> None:
    telling.tell({"project-a": TOLD})
    follow(follower)
    for version, position in ((1, log.head().position - 1), (2, log.head().position)):
        spans = heard.of(trace(log, version))
        models = sorted(str(span.attributes["milepost.read_model"]) for span in spans)
        assert models == sorted(f"{one.table}_1" for one in projections())
        assert {(span.kind, span.root, span.attributes["milepost.position"]) for span in spans} == {
            ("consumer", False, position)
        }
        assert all(span.began < span.ended for span in spans)


def test_tells_nothing_of_a_read_model_that_takes_no_such_streams(
    log: Log, telling: Telling, follower: Follower, heard: Listening
) -> None:
    telling.tell({"policy-other": TOLD[:1]})
    follow(follower)
    assert [span.name for span in heard.of(trace(log, 1))] == ["project audit_trail_v2_1"]


def test_tells_nothing_of_traces_that_nobody_wants(
    log: Log, telling: Telling, follower: Follower, heard: Listening
) -> None:
    heard.unwanted.add(trace(log, 1))
    telling.tell({"project-a": TOLD})
    follow(follower)
    assert not heard.of(trace(log, 1))
    assert heard.of(trace(log, 2))
