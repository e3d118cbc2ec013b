"""Folding: what a long project costs to fold, and whether that grows faster than the project."""

import gc
from collections.abc import Iterator, Sequence
from time import thread_time
from typing import Any

from bench import history
from bench.ground import Ground
from bench.timing import judged
from domain.codec import decode
from domain.state.project import Project
from milepost.policies import default_policy

SHORT, TIMES = 5_000, 4
ROUNDS = 15


def long_projects(ground: Ground) -> dict[str, Any]:
    """Seconds from the stored bytes of one long project to its state, and how much longer four times as many take.

    Linear is 4. It is the thread's own time, of each quarter the least of all rounds, as whatever else the machine does
    can only add to it. Garbage is collected between the rounds, as in `timeit`.
    """
    quarter = ground.size(SHORT)
    lines = [recorded.data for recorded in history.long(default_policy(), quarter * TIMES)]
    gc.disable()
    try:
        least = [min(rounds) for rounds in zip(*(list(_quarters(lines, quarter)) for _ in range(ROUNDS)), strict=True)]
    finally:
        gc.enable()
    return {
        "seconds": {str(SHORT): round(least[0], 4), str(SHORT * TIMES): round(sum(least), 4)},
        "times_longer": judged(round(sum(least) / least[0], 2), at_most=4.4),
    }


def _quarters(lines: Sequence[bytes], quarter: int) -> Iterator[float]:
    """How long each next quarter takes to fold onto those before."""
    gc.collect()
    project = Project()
    for first in range(0, len(lines), quarter):
        began = thread_time()
        for line in lines[first : first + quarter]:
            project.apply(decode(line))
        yield thread_time() - began
