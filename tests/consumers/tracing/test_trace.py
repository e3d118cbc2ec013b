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


def test_trace_is_the_hash_of_log_person_and_command() -> None:
    digits = hashlib.sha256(b"the-log ada command-1").hexdigest()
    assert trace_of("the-log", "ada", "command-1") == (digits[:32], digits[32:48])


def test_trace_differs_if_log_person_or_command_differs() -> None:
    asked = [("log", "ada", "c"), ("log", "omar", "c"), ("log", "ada", "d"), ("gol", "ada", "c")]
    assert len({trace_of(*one) for one in asked}) == 4


def test_trace_is_written_as_traceparent() -> None:
    trace = trace_of("log", "ada", "c")
    assert trace.parent() == f"00-{trace.trace_id}-{trace.root}-01"
    assert trace.parent(sampled=False).endswith("-00")
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", trace.parent())


@given(TOKENS, TOKENS)
def test_trace_is_found_in_the_bytes_of_every_event(command: str, cause: str) -> None:
    event = PROPOSED.model_copy(update={"title": f'"authid":"eve","commandid":"{cause}"'})
    role = '"authid":"eve"'
    recorded = replace(EVENT, event=event, command=command, correlation=cause, causation=cause, role=role)
    recorded = replace(recorded, assignment=cause, auth=cause)
    assert trace_in(encode(recorded), LOG) == trace_of(LOG, recorded.who, command)


@pytest.mark.parametrize("spoil", [spoil for _, spoil in SPOILT.values()], ids=SPOILT)
def test_trace_in_corrupted_bytes_raises_nothing(spoil: Spoil) -> None:
    found = trace_in(spoil(EVENT.data), LOG)
    assert found is None or len(found.parent()) == 55


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"commandid":"c"}', b'{"authid":"ada"}', b'{"authid":"\\x","commandid":"c"}', b"\xff"]
)
def test_trace_is_none_if_the_bytes_name_no_command(data: bytes) -> None:
    assert trace_in(data, LOG) is None


@pytest.mark.parametrize(
    "data", [b'{"authid":"' * 10_000, b'{"authid":"a"' + b',"authid":"a"' * 5_000], ids=["open", "closed"]
)
def test_trace_is_searched_in_linear_time(data: bytes) -> None:
    began = thread_time()
    assert trace_in(data, LOG) is None
    assert thread_time() - began < 0.5


def test_trace_without_a_command_is_random() -> None:
    assert len({a_trace() for _ in range(100)}) == 100


def test_trace_is_read_with_json_escapes() -> None:
    data = orjson.dumps({"authid": "ada", "commandid": 'a"b\\c'})
    assert trace_in(data, LOG) == trace_of(LOG, "ada", 'a"b\\c')
