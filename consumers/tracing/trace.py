"""The trace of a command: it follows from what each of its events says, so nobody has to be told it.

Ids and their text are those of W3C Trace Context 1 (§3.2).
"""

import re
from hashlib import sha256
from secrets import token_hex
from typing import NamedTuple

import orjson

_TEXT = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_NAMED = re.compile(
    rb'\{(?:"(?!authid")\w+":%b,)*+"authid":(%b),(?:"(?!commandid")\w+":%b,)*+"commandid":(%b)' % ((_TEXT,) * 4)
)
"""An event from its beginning: attributes are sorted, and before `data` they are texts. It looks at no byte twice."""


class Trace(NamedTuple):
    """The id of a trace and that of the span at its root, in hexadecimal digits: 32 and 16."""

    trace_id: str
    root: str

    def parent(self, sampled: bool = True) -> str:
        """The `traceparent` of whatever the command leads to."""
        return f"00-{self.trace_id}-{self.root}-{'01' if sampled else '00'}"


def trace_of(log: str, who: str, command: str) -> Trace:
    """The trace of somebody's command to a log."""
    return _derived(f"{log} {who} {command}".encode())


def trace_in(data: bytes, log: str) -> Trace | None:
    """The trace of the command that wrote an event of a log, by its stored bytes; None where they name no command."""
    named = _NAMED.match(data)
    if not named:
        return None
    try:
        return _derived(b"%s %s %s" % (log.encode(), _text(named[1]), _text(named[2])))
    except orjson.JSONDecodeError:
        return None


def a_trace() -> Trace:
    """The trace of what leads to no command."""
    return Trace(token_hex(16), token_hex(8))


def _derived(named: bytes) -> Trace:
    digits = sha256(named).hexdigest()
    return Trace(digits[:32], digits[32:48])


def _text(quoted: bytes) -> bytes:
    return orjson.loads(quoted).encode() if b"\\" in quoted else quoted[1:-1]
