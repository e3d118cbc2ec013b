"""Who listens to the spans of the tests' own process."""

from collections.abc import Generator
from contextlib import contextmanager

from consumers.tracing.spans import Span, told_to
from consumers.tracing.trace import Trace


class Listening:
    """Keeps what it is told; it wants all traces but some."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.unwanted: set[Trace] = set()

    def wants(self, trace: Trace) -> bool:
        return trace not in self.unwanted

    def tell(self, span: Span) -> None:
        self.spans.append(span)

    def of(self, trace: Trace, name: str = "") -> list[Span]:
        """What was told of a trace, all or what is called so."""
        return [span for span in self.spans if span.trace == trace and span.name.startswith(name)]


@contextmanager
def listening() -> Generator[Listening]:
    """Somebody who listens, until the end."""
    found = Listening()
    with told_to(found):
        yield found
