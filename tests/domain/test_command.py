"""Commands."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from domain.command import Command, DecidedEvent, Refused, commands_with_rules, in_role
from domain.event import Event
from domain.portfolio.pauses import HoldProject
from tests.domain.openings import PROPOSED


def test_are_called_by_their_class() -> None:
    assert commands_with_rules()["hold-project"] is HoldProject
    assert HoldProject.called == "hold-project"


def test_share_their_name_with_no_other() -> None:
    with pytest.raises(TypeError, match="two commands are called 'hold-project'"):
        type("HoldProject", (Command,), {})


def test_allow_no_field_that_they_do_not_know() -> None:
    with pytest.raises(ValidationError, match="extra"):
        HoldProject.model_validate({"cause": "risk", "actor": "eve"})


def test_are_refused_with_what_is_to_be_recorded() -> None:
    refused = Refused("it stays shut", PROPOSED, "cab", repeated=True)
    assert (str(refused), refused.repeated) == ("it stays shut", True)
    assert refused.record == DecidedEvent(PROPOSED, "cab")


def test_events_decided_in_one_role_are_asked_for_one_by_one() -> None:
    asked: list[str] = []

    def events() -> Iterator[Event]:
        for title in ("first", "second"):
            asked.append(title)
            yield PROPOSED

    decided = in_role("cab", events())
    assert (next(decided), asked) == (DecidedEvent(PROPOSED, "cab"), ["first"])
    assert (list(decided), asked) == ([DecidedEvent(PROPOSED, "cab")], ["first", "second"])
