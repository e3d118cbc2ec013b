"""The trace of a command."""

import hashlib
import re
from dataclasses import replace
from time import thread_time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.tracing.trace import a_trace, trace_in, trace_of
from domain.codec import encode
from domain.event import Recorded
from tests.conftest import LOG, history
from tests.consumers.spoilt import SPOILT, Spoil
from tests.domain.openings import PROPOSED

EVENT: Recorded = history(PROPOSED)[0]
TOKENS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200)


def test_follows_from_log_person_and_command_by_one_hash() -> None:
    digits = hashlib.sha256(b"the-log ada command-1").hexdigest()
    assert trace_of("the-log", "ada", "command-1") == (digits[:32], digits[32:48])


def test_is_another_where_one_of_them_is() -> None:
    asked = [("log", "ada", "c"), ("log", "omar", "c"), ("log", "ada", "d"), ("gol", "ada", "c")]
    assert len({trace_of(*one) for one in asked}) == 4


def test_is_told_as_the_parent_of_what_the_command_leads_to() -> None:
    trace = trace_of("log", "ada", "c")
    assert trace.parent() == f"00-{trace.trace_id}-{trace.root}-01"
    assert trace.parent(sampled=False).endswith("-00")
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", trace.parent())


@given(TOKENS, TOKENS)
def test_stands_in_the_bytes_of_every_event(command: str, cause: str) -> None:
    event = PROPOSED.model_copy(update={"title": f'"authid":"eve","commandid":"{cause}"'})
    role = '"authid":"eve"'
    recorded = replace(EVENT, event=event, command=command, correlation=cause, causation=cause, role=role)
    recorded = replace(recorded, assignment=cause, auth=cause)
    assert trace_in(encode(recorded), LOG) == trace_of(LOG, recorded.who, command)


@pytest.mark.parametrize("spoil", [spoil for _, spoil in SPOILT.values()], ids=SPOILT)
def test_is_looked_for_in_whatever_stands_there(spoil: Spoil) -> None:
    found = trace_in(spoil(EVENT.data), LOG)
    assert found is None or len(found.parent()) == 55


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"commandid":"c"}', b'{"authid":"ada"}', b'{"authid":"\\x","commandid":"c"}', b"\xff"]
)
def test_is_none_where_the_bytes_name_no_command(data: bytes) -> None:
    assert trace_in(data, LOG) is None


@pytest.mark.parametrize(
    "data", [b'{"authid":"' * 10_000, b'{"authid":"a"' + b',"authid":"a"' * 5_000], ids=["open", "closed"]
)
def test_is_looked_for_no_longer_than_the_bytes_are(data: bytes) -> None:
    began = thread_time()
    assert trace_in(data, LOG) is None
    assert thread_time() - began < 0.5


def test_that_leads_to_no_command_is_another_each_time() -> None:
    assert len({a_trace() for _ in range(100)}) == 100


def test_is_read_as_json_is() -> None:
    data = orjson.dumps({"authid": "ada", "commandid": 'a"b\\c'})
    assert trace_in(data, LOG) == trace_of(LOG, "ada", 'a"b\\c')
