"""A reader of read models."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest

from consumers.read_models.reader import NotBuilt, Reader, Watch
from domain.envision.team import RoleAssigned
from domain.lifecycle import Gate
from domain.reviews.waivers import WaiverDecided, WaiverRequested
from domain.state.gates import Required
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from projections.audit_trail import searched, trail
from projections.figures import Figures
from projections.gates import effectiveness as of_gates
from projections.gates import inbox, waiting
from projections.gates import of_project as gates_of
from projections.phases import effectiveness as of_phases
from projections.phases import of_project as phases_of
from projections.projection import GROUPS
from projections.projects import ageing, counted, due, one, standing
from tests.conftest import START, history
from tests.consumers.follower import Follower, made
from tests.consumers.telling import Telling
from tests.domain.openings import PROPOSED, classified, holds
from tests.looping import run
from tests.projections.histories import DUE, ENVISIONED, EVENTFUL, called, eventful


@pytest.fixture
def reader(log: Log) -> Iterator[Reader]:
    made = Reader(log.conninfo, projections())
    yield made
    made.close()


@pytest.fixture
def full(log: Log, feed: LogFeed, telling: Telling, reader: Reader) -> Reader:
    """A reader over two projects: one to which everything happened, one in the midst of it."""
    telling.tell({"project-a": eventful(), "project-b": history(*EVENTFUL[:20], policy="default/1")})
    made(log, feed).close()
    return reader


def test_says_that_nothing_is_built_yet(reader: Reader) -> None:
    assert reader.position() == 0
    with pytest.raises(NotBuilt, match="start a projector"):
        reader.ask(one("a"))


def test_says_what_its_answer_reflects(full: Reader, log: Log) -> None:
    answer = full.ask(one("a"))
    assert (answer.position, answer.at) == log.head()
    assert [row["project"] for row in answer.rows] == ["a"]


def test_answers_every_question(full: Reader) -> None:
    questions = [
        standing(state="active", category="major"),
        ageing(origin="live"),
        due(START + timedelta(days=90)),
        gates_of("b"),
        waiting("tester"),
        phases_of("a"),
        trail("project-a", after=3, limit=5),
        searched(who="grace", kind="signoff.given", since=START),
    ]
    assert [len(full.ask(question).rows) for question in questions] == [1, 1, 2, 4, 0, 2, 5, 8]


def test_pages_through_projects(full: Reader) -> None:
    assert [row["project"] for row in full.ask(standing(limit=1)).rows] == ["a"]
    assert [row["project"] for row in full.ask(standing(after="a")).rows] == ["b"]


@pytest.mark.parametrize("figures", [of_gates, of_phases, counted], ids=["gates", "phases", "projects"])
def test_opens_every_number_to_what_it_counts(full: Reader, figures: Figures) -> None:
    for by in GROUPS:
        rows = full.ask(figures.by(by)).rows
        assert rows
        for row in rows:
            for figure in figures.counted:
                opened = full.ask(figures.opened(figure, by, row["group_by"], row["at"])).rows
                assert len(opened) == row[figure], f"{figure} by {by}"


def test_puts_before_each_what_waits_for_them(log: Log, feed: LogFeed, telling: Telling, reader: Reader) -> None:
    acts = (PROPOSED, classified("major"), holds("grace", "tester"), called("r", Gate.ENVISIONED))
    telling.tell({"project-a": history(*acts)})
    projector = made(log, feed)
    [waits] = reader.ask(inbox("grace", START + timedelta(days=1))).rows
    assert (waits["project"], waits["gate"], waits["what"], waits["role"]) == ("a", "envisioned", "sign-off", "tester")
    assert reader.ask(inbox("grace", START)).rows == []
    assert reader.ask(inbox("linus", START + timedelta(days=1))).rows == []
    projector.close()


def test_tells_when_a_waiver_ends_while_its_gate_is_not_passed(
    log: Log, feed: LogFeed, telling: Telling, reader: Reader
) -> None:
    asked = WaiverRequested(
        waiver="w", control="goal-linked", gate=Gate.ENVISIONED, compensating_measure="x", until=DUE
    )
    acts = (PROPOSED, asked, WaiverDecided(waiver="w", outcome="granted", until=DUE, by_role="executive"))
    telling.tell({"project-a": history(*acts), "project-b": history(*acts, ENVISIONED)})
    projector = made(log, feed)
    found = reader.ask(due(DUE)).rows
    assert [(one["project"], one["what"], one["name"]) for one in found] == [("a", "waiver", "goal-linked")]
    projector.close()


def test_puts_what_a_party_is_asked_before_those_who_speak_for_it(
    log: Log, feed: LogFeed, telling: Telling, reader: Reader
) -> None:
    asked = called("r", Gate.ENVISIONED).model_copy(
        update={"required": (Required(role="stakeholder", rule="stakeholder", party="sales"),)}
    )
    for_sales = RoleAssigned(person="grace", role="stakeholder", party="sales")
    acts = (PROPOSED, classified("major"), for_sales, holds("linus", "stakeholder"), asked)
    telling.tell({"project-a": history(*acts)})
    projector = made(log, feed)
    later = START + timedelta(days=1)
    assert [len(reader.ask(inbox(who, later)).rows) for who in ("grace", "linus")] == [1, 0]
    projector.close()


def test_is_woken_when_a_position_is_reached(log: Log, feed: LogFeed, telling: Telling, reader: Reader) -> None:
    watch, stop = Watch(log.conninfo, reader), Event()
    thread = Thread(target=Follower(log, feed).following.run, args=(stop,), daemon=True)
    thread.start()

    async def told() -> list[bool]:
        until = log.head().position + len(eventful())
        waits = asyncio.create_task(watch.reached(until, 50))
        await asyncio.to_thread(telling.tell, {"project-a": eventful()})
        return [await waits, await watch.reached(until + 1, 0.05)]

    assert run(told()) == [True, False]
    assert watch.wait_until(log.head().position, 0)
    assert not watch.wait_until(log.head().position + 1, 0)
    stop.set()
    thread.join(60)
    watch.close()
