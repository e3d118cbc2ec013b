"""Reading: how long after its answer a command can be read in the read models."""

import asyncio
from itertools import count
from statistics import quantiles
from time import monotonic, sleep
from typing import Any

from bench.ground import Ground
from bench.timing import seconds
from milepost.log.writer import Writer
from milepost.reading.read_models import Models
from projections.projects import one
from tests.milepost.logs import assess, propose

A_SECOND, SECONDS, PROJECTS = 20, 20.0, 50
LIMIT = 10.0
_numbers = count()


def answer_to_row(ground: Ground) -> dict[str, Any]:
    """Milliseconds from a command's answer until the row of its project is read that reflects it.

    At 20 commands a second over many projects, through the service's own read models.
    """
    with (
        ground.log(of="reading") as log,
        Writer(log) as writer,
        Models(log.conninfo, log) as models,
        asyncio.Runner() as loop,
    ):
        for n in range(PROJECTS):
            writer.submit(propose(f"read-{n}"))
        models.follow()
        _read(loop, models, writer, "read-0")
        found: list[float] = []
        began = monotonic()
        for n in range(int(A_SECOND * ground.seconds(SECONDS))):
            sleep(max(0.0, began + n / A_SECOND - monotonic()))
            found.append(_read(loop, models, writer, f"read-{n % PROJECTS}") * 1000)
    hundredths = quantiles(found, n=100)
    return {"commands": len(found), "p50_ms": round(hundredths[49], 1), "p99_ms": round(hundredths[98], 1)}


def _read(loop: asyncio.Runner, models: Models, writer: Writer, project: str) -> float:
    outcome = writer.execute(assess(project, f"read-{next(_numbers)}"), LIMIT)

    def until_read() -> None:
        assert loop.run(models.reached(outcome.position, LIMIT)), "the read models are not there in time"
        [row] = models.ask(one(project)).rows
        assert row["version"] >= outcome.version, row

    return seconds(until_read)
