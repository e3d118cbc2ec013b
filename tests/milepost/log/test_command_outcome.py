"""A command at the edge of the log."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from milepost.log.command_outcome import CommandOutcome, CommandRequest, InvalidRequest, WrittenEvent
from milepost.log.preconditions import Precondition
from tests.milepost.logs import PROPOSE, assess, propose

MOMENT = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"stream": "project-UPPER"}, "stream"),
        ({"stream": "nowhere-a"}, "stream"),
        ({"stream": "project"}, "stream"),
        ({"who": "ada\0"}, "who"),
        ({"who": ""}, "who"),
        ({"who": "Ada"}, "who"),
        ({"who": "x" * 64}, "who"),
        ({"role": "a tester"}, "role"),
        ({"command": "x" * 201}, "command"),
        ({"command": "zwei wörter"}, "command"),
        ({"correlation": "a b"}, "correlation"),
        ({"at": MOMENT}, "at"),
        ({"origin": "simulated"}, "at"),
        ({"stream": "policy-default"}, "propose-project is a command to a project"),
    ],
)
def test_that_can_not_be_is_named_by_its_place(wrong: dict[str, Any], place: str) -> None:
    asked: dict[str, Any] = {"stream": "project-a", "commands": (PROPOSE,), "who": "ada"}
    with pytest.raises(InvalidRequest, match=place):
        CommandRequest(**(asked | wrong))


def test_of_an_origin_of_its_own_has_the_moment_of_its_source() -> None:
    assert propose("a", origin="import:kep", at=MOMENT).at == MOMENT


def test_is_the_same_by_what_it_asks() -> None:
    asked = assess("a", "flood", command="one")
    assert asked.digest == assess("a", "flood", command="two", correlation="c").digest
    others = [
        assess("a", "fire"),
        assess("b", "flood"),
        assess("a", "flood", expected=Precondition.at(3)),
        assess("a", "flood", role="tester"),
    ]
    assert len({asked.digest, *(other.digest for other in others)}) == 5


def test_has_an_outcome_that_reads_as_it_was_written() -> None:
    whole = CommandOutcome(
        status="refused",
        command="c",
        stream="project-a",
        version=3,
        position=9,
        sentence="not yet: no – “tests” ",
        events=(WrittenEvent("i", "review.refused/1", "project-a", 3),),
        results=({"control": "candidate-tested", "result": "unmet", "rests_on": [1, 2]},),
    )
    for outcome in (whole, replace(whole, status="accepted", sentence=None, events=(), results=())):
        assert CommandOutcome.decode(outcome.encode()) == outcome
        assert CommandOutcome.decode(outcome.encode()).encode() == outcome.encode()
