"""Folding: what a long project costs to fold, and whether that grows faster than the project."""

from functools import partial
from statistics import median
from time import thread_time
from typing import Any

from domain.codec import decode
from domain.state.project import fold
from milepost.policies import default_policy
from tests.bench import history
from tests.bench.ground import Ground
from tests.bench.timing import in_turn, judged

LENGTHS = (5_000, 20_000)
ROUNDS = 9


def long_projects(ground: Ground) -> dict[str, Any]:
    """Seconds from the stored bytes of one long project to its state, and how much longer four times as many take.

    Linear is 4. It is the thread's own time, as nothing is waited for.
    """
    longest = [recorded.data for recorded in history.long(default_policy(), ground.size(LENGTHS[-1]))]

    def folded(events: int) -> float:
        lines = longest[: ground.size(events)]
        began = thread_time()
        fold(map(decode, lines))
        return thread_time() - began

    measured = in_turn(ROUNDS, {str(events): partial(folded, events) for events in LENGTHS})
    short, long = (measured[str(events)] for events in LENGTHS)
    return {
        "seconds": {name: round(median(values), 4) for name, values in measured.items()},
        "times_longer": judged(round(median(b / a for a, b in zip(short, long, strict=True)), 2), at_most=4.4),
    }
