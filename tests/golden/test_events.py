"""The stored lines of every kind: what was ever written is read for ever, and written the same."""

import pytest

from domain.codec import decode, encode
from domain.event import kind_named
from tests.domain.everything import KINDS
from tests.domain.examples import example_of
from tests.golden.lines import golden

LINES = golden()


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_a_line_for_every_kind(kind: str) -> None:
    assert kind in LINES, "add it with: python -m tests.golden"


@pytest.mark.parametrize("kind", LINES)
def test_a_line_reads_as_its_kind_and_is_written_the_same(kind: str) -> None:
    """This is history: where it fails, give the kind a new version and an upcast, and leave the line alone."""
    known, recorded = kind_named(kind), decode(LINES[kind])
    assert known
    assert type(recorded.event) is known.event
    if known.upcast is None:
        assert encode(recorded) == LINES[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_shows_every_field_that_its_kind_had(kind: str) -> None:
    """A field that was added later is optional, so that older lines are still read."""
    told = decode(LINES[kind]).event
    shown = set(told.model_fields_set)
    added = set(type(told).model_fields) - shown
    assert all(not type(told).model_fields[name].is_required() for name in added)
    assert type(example_of(kind)) is type(told)
