"""Spans: what took how long on a command's way, told to whoever listens in this process; else none is made."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from consumers.tracing.trace import Trace

Kind = Literal["server", "internal", "producer", "consumer"]
Attributes = Mapping[str, str | int | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Span:
    """What took from when to when, in nanoseconds since 1970; the `root` of its trace, or right below that.

    `link` is a `traceparent` of elsewhere that led here. Whatever stands in a span leaves the house, so no attribute
    has a person, a text that somebody wrote, or the query of an address.
    """

    name: str
    kind: Kind
    trace: Trace
    began: int
    ended: int
    attributes: Attributes
    root: bool = False
    link: str | None = None
    failed: bool = False


class Listener(Protocol):
    """Is told every span, on any thread; it holds nobody up and raises nothing."""

    def wants(self, trace: Trace) -> bool:
        """Whether it takes spans of this trace; the same answer for each of them."""
        ...

    def tell(self, span: Span) -> None: ...


@dataclass
class _Process:
    listener: Listener | None = None


PROCESS = _Process()
"""Who listens here: one for the whole process, as there is one journal."""


@contextmanager
def told_to(listener: Listener) -> Generator[None]:
    """Have the spans of this process told to somebody."""
    before, PROCESS.listener = PROCESS.listener, listener
    try:
        yield
    finally:
        PROCESS.listener = before
