"""An observation."""

from datetime import timedelta

import pytest

from domain.command import Rejected
from domain.imports.observations import FactSeen, HoldSeen, MilestoneSeen, TitleSeen
from domain.imports.observe import Observe
from domain.lifecycle import Gate
from domain.portfolio.notes import SourceNoted
from tests.conftest import START
from tests.domain.observed import PROPOSAL, Record, record


def test_is_recorded_at_its_time_with_its_quality() -> None:
    said = record("at-latest")
    assert [(r.time, r.time_quality, r.origin) for r in said.events] == [(START, "at-latest", "import:kep")]


def test_is_for_imports_alone() -> None:
    with pytest.raises(
        Rejected, match="observe is for imports only; use the command for the fact or the permission instead"
    ):
        Record().says(PROPOSAL, origin="live")


def test_older_than_what_was_recorded_is_another_history() -> None:
    said = record()
    with pytest.raises(
        Rejected,
        match="the source's history has changed: this event is of 2026-01-04 09:00 UTC, but events up to 2026-01-05",
    ):
        said.says(TitleSeen(title="Pay twice"), at=START - timedelta(days=1))


def test_of_the_same_moment_is_the_same_history() -> None:
    assert record().says(TitleSeen(title="Pay twice"), at=START) != []


def test_that_says_nothing_new_writes_nothing() -> None:
    said = record()
    assert said.says(PROPOSAL, TitleSeen(title="Pay"), HoldSeen()) == []


def test_is_told_apart_from_another_that_has_the_same_fields() -> None:
    note = FactSeen.of(SourceNoted(topic="stage", text="disabled"))
    assert Observe(said=(note,)).model_dump(mode="json", exclude_unset=True) == {
        "said": [{"said_as": "fact", "kind": "source.noted/1", "fact": {"topic": "stage", "text": "disabled"}}]
    }
    assert MilestoneSeen(gate=Gate.ENVISIONED).model_dump(exclude_unset=True)["said_as"] == "milestone"


def test_is_no_command_that_others_can_give() -> None:
    from domain.commands import commands

    assert "observe" not in commands()
