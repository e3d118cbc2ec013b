"""Sentences on the events of a trail, made when it is asked for."""

from consumers.read_models.event_sentences import add_sentences
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from tests.consumers.telling import Telling
from tests.projections.histories import eventful


def row(position: int, unreadable: str | None = None) -> dict[str, object]:
    return {"position": position, "unreadable": unreadable}


def test_each_row_gets_the_sentence_of_the_event_at_its_position(log: Log, feed: LogFeed, telling: Telling) -> None:
    telling.tell({"project-a": eventful()[:2]})
    found = add_sentences([row(4), row(3)], feed)
    assert [one["what"].partition(":")[0] for one in found] == ["Change classified", "Project proposed"]


def test_an_event_that_was_unreadable_when_it_was_applied_stays_so(feed: LogFeed) -> None:
    [found] = add_sentences([row(1, "data.risk: Field required")], feed)
    assert found["what"] == "can't be read: data.risk: Field required"


def test_a_position_that_the_log_does_not_hold_is_named(feed: LogFeed) -> None:
    assert add_sentences([row(99)], feed)[0]["what"] == "can't be read: the log has no position 99"


def test_bytes_that_are_no_event_any_more_are_said_so(feed: LogFeed, telling: Telling) -> None:
    telling.store(("project-a", 1, "risk.assessed/1", b"{}"))
    assert add_sentences([row(3)], feed)[0]["what"].startswith("can't be read: not an event of Milepost")
