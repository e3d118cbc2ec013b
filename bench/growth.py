"""Growth: whether an event costs more to append when the log is long."""

from contextlib import ExitStack
from functools import partial
from itertools import count
from typing import Any

from bench import history
from bench.ground import LONG_LOG, SHORT_LOG, Ground
from bench.timing import in_turn, judged, medians, rate, times
from milepost.log.writer import Writer
from tests.milepost.logs import assess

CALLERS = 16
ROUNDS, SECONDS = 7, 2.0
_numbers = count()


def growth(ground: Ground) -> dict[str, Any]:
    """What one more event costs in a log of 200,000 beside one of 20,000: commands a second over as many projects."""
    with ExitStack() as stack:
        writers = {
            f"at_{events}": stack.enter_context(Writer(stack.enter_context(ground.log(events))))
            for events in (SHORT_LOG, LONG_LOG)
        }

        def measured(writer: Writer) -> float:
            return rate(CALLERS, ground.seconds(SECONDS), partial(_assess, writer))

        for writer in writers.values():
            measured(writer)  # so that the projects are known to both
        found = in_turn(ROUNDS, {name: partial(measured, writer) for name, writer in writers.items()})
    short, long = found.values()
    return {"a_second": medians(found), "cost_of_an_event": judged(times(short, long), at_most=1.3)}


def _assess(writer: Writer, caller: int, n: int) -> None:
    outcome = writer.execute(assess(history.key((caller * 37 + n) % history.AT_ONCE), f"grown-{next(_numbers)}"))
    assert outcome.status == "accepted", outcome
