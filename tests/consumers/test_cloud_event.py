"""The CloudEvents names of kinds, and the comparison of a record with the log."""

from dataclasses import replace

import pytest

from consumers.cloud_event import EventRecord, kind_of_type, type_of_kind
from domain.event import catalogue, type_of

RECORD = EventRecord(7, "project-p", 3, "risk.assessed/1", b"{}", offset=12)


@pytest.mark.parametrize("kind", sorted(catalogue()))
def test_type_of_kind_is_the_type_that_the_domain_writes(kind: str) -> None:
    assert type_of_kind(kind) == type_of(kind)
    assert kind_of_type(type_of(kind)) == kind


def test_record_matches_the_same_event_at_any_offset() -> None:
    assert RECORD.matches(replace(RECORD, offset=0))


@pytest.mark.parametrize(
    "other", [{"position": 8}, {"stream": "project-q"}, {"version": 4}, {"kind": "risk.assessed/2"}, {"data": b"[]"}]
)
def test_record_matches_no_event_that_differs(other: dict[str, object]) -> None:
    assert not RECORD.matches(replace(RECORD, **other))  # type: ignore[arg-type]
