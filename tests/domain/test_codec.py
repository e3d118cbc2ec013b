"""The one sequence of bytes that an event is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.codec import LARGEST_EVENT, TooLarge, Unreadable, decode, encode, source_of, written
from domain.envision.risks import NoRisksRecorded, RiskAssessed
from domain.event import Event, Recorded
from domain.values import Sealed
from tests.conftest import START, event_id
from tests.domain.everything import KINDS
from tests.domain.openings import PROPOSED
from tests.domain.strategies import MOMENTS, events

STREAMS = {"project": "project-p", "policy": "policy-default"}


def recorded(event: Event = PROPOSED, **more: Any) -> Recorded:
    told = Recorded(
        id=event_id(1),
        log="main",
        stream=STREAMS.get(event.belongs_to, event.belongs_to),
        version=1,
        event=event,
        time=START,
        recorded_at=START,
        who="ada",
        command="c1",
        correlation="c1",
    )
    return replace(told, **more)


def broken(**changes: Any) -> bytes:
    """An event's bytes with attributes changed, or left out where None."""
    whole = orjson.loads(encode(recorded())) | changes
    return orjson.dumps({name: value for name, value in whole.items() if value is not None})


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8)
@given(data=st.data())
def test_is_canonical_and_reads_as_what_was_written(kind: str, data: st.DataObject) -> None:
    told = recorded(data.draw(events(KINDS[kind])))
    line = encode(told)
    assert line == rfc8785.dumps(orjson.loads(line))
    assert decode(line) == replace(told, data=line)


@given(time=MOMENTS, later=st.timedeltas(timedelta(), timedelta(days=9)), version=st.integers(1, 10**12))
def test_keeps_the_envelope(time: Any, later: timedelta, version: int) -> None:
    told = recorded(time=time, recorded_at=time + later, version=version, time_quality="reported", role="cab")
    assert decode(encode(told)) == replace(told, data=encode(told))


def test_has_its_attributes_in_the_order_of_the_alphabet_and_none_that_is_absent() -> None:
    line = encode(recorded())
    assert line.startswith(
        b'{"authid":"ada","authtype":"unauthenticated","commandid":"c1","correlationid":"c1","data":{'
    )
    assert b"null" not in line
    whole = orjson.loads(line)
    assert whole["time"] == whole["recordedtime"] == "2026-01-05T09:00:00.000000Z"
    assert whole["sequence"] == "00000000000000000001"
    assert whole["source"] == "urn:milepost:main:projects:p"
    assert whole["type"] == "milepost.project.proposed.v1"


@pytest.mark.parametrize(
    ("stream", "source"),
    [
        ("project-p-1", "urn:milepost:main:projects:p-1"),
        ("policy-default", "urn:milepost:main:policies:default"),
        ("log", "urn:milepost:main:log"),
    ],
)
def test_names_its_stream_as_a_source(stream: str, source: str) -> None:
    assert source_of("main", stream) == source
    assert decode(encode(recorded(stream=stream))).stream == stream


def test_is_written_with_its_bytes() -> None:
    assert written(recorded()).data == encode(recorded())


def test_takes_no_more_than_a_leaf_of_the_ledger_may_have() -> None:
    risk = RiskAssessed(risk="r1", statement="é" * 9_990, response="é" * 9_990, reason="é" * 9_990)
    fits = encode(recorded(risk))
    assert len(fits) < LARGEST_EVENT
    sealed = [Sealed(sealed="k", box="x" * 20_000) for _ in range(3)]
    larger = RiskAssessed(risk="r1", statement=sealed[0], response=sealed[1], reason=sealed[2])
    exactly = recorded(larger)
    spare = LARGEST_EVENT - len(encode(exactly))
    assert len(encode(replace(exactly, command="c" * (2 + spare)))) == LARGEST_EVENT
    with pytest.raises(TooLarge, match=r"risk.assessed/1 would take 65,536 bytes of at most 65,535: put the text"):
        encode(replace(exactly, command="c" * (3 + spare)))


def test_reads_fields_that_it_does_not_know_without_them() -> None:
    told = recorded(NoRisksRecorded(reason="we looked"))
    whole = orjson.loads(encode(told))
    whole["data"]["added_later"] = 1
    assert decode(orjson.dumps(whole)).event == told.event


@pytest.mark.parametrize(
    ("line", "because"),
    [
        (b"{", "not an event of Milepost: JSONDecodeError"),
        (b"[]", "not an event of Milepost: TypeError"),
        (b"\xff", "not an event of Milepost: JSONDecodeError"),
        (b"{}", "not an event of Milepost: KeyError 'type'"),
        (broken(type=7), "type: 7 is not a text"),
        (broken(type="project.proposed.v1"), "type: project.proposed.v1 is not known here"),
        (broken(type="milepost.project.dreamt.v1"), "is not known here: a newer release wrote it, upgrade"),
        (broken(type="milepost.project.proposed.v9"), "project.proposed.v9 is not known here"),
        (broken(data=None), "KeyError 'data'"),
        (broken(data={"title": "x"}), "data.project_kind: Field required"),
        (broken(source=None), "KeyError 'source'"),
        (broken(source="urn:other:main:projects:p"), "is not urn:milepost:LOG:CATEGORY:ID"),
        (broken(source="urn:milepost:main:dreams:p"), "is not urn:milepost:LOG:CATEGORY:ID"),
        (broken(source="urn:milepost"), "is not urn:milepost:LOG:CATEGORY:ID"),
        (broken(sequence="one"), "sequence: 'one' is not a version"),
        (broken(sequence=1), "sequence: 1 is not a version"),
        (broken(sequence="00000000000000000000"), "is not a version"),
        (broken(time=None), "KeyError 'time'"),
        (broken(time="2026-01-05T09:00:00Z"), "is not a moment in UTC with six decimals"),
        (broken(time=7), "7 is not a moment"),
        (broken(time="2026-13-05T09:00:00.000000Z"), "is not a moment"),
        (broken(recordedtime="2026-01-05T09:00:00.000000+01:00"), "is not a moment"),
        (broken(id=None), "KeyError 'id'"),
        (broken(authid=None), "KeyError 'authid'"),
        (broken(origin=None), "KeyError 'origin'"),
        (broken(authid="a\0"), "an attribute holds the character NUL: nothing writes that"),
    ],
)
def test_says_what_it_cannot_read(line: bytes, because: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        decode(line)
    assert because in str(unreadable.value)
