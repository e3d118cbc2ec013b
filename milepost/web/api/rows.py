"""Rows of read models as answers: they wait for a position where one is asked for, and say which one they reflect."""

from asyncio import to_thread
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from domain.values import LARGEST_INTEGER, Key, Moment
from milepost.app.service import Service
from milepost.web.problems import Problem
from milepost.web.responses import answer_at
from milepost.web.views import plain
from projections.projection import Query as Question

MOST = 200
WAIT_SECONDS = 10.0
AFTER = "Position of the log that the answer has to reflect; it waits for it."
After = Annotated[int, Query(ge=0, le=LARGEST_INTEGER, description=AFTER)]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many rows at most.")]
Behind = Annotated[int, Query(ge=0, le=LARGEST_INTEGER, description="Where the last page ended.")]
Word = Annotated[Key | None, Query(description="A key, like pay-2.")]
When = Annotated[Moment | None, Query(description="A moment with its zone, like 2026-11-22T09:30:00Z.")]

Rows = Sequence[Mapping[str, Any]]


async def rows_answer(
    service: Service, name: str, question: Question, after: int, narrowed: Callable[[Rows], Rows] | None = None
) -> Response:
    """The rows that answer a question, under a name. A problem 503 where the models don't reflect `after` in time.

    `narrowed` leaves out rows by what only the log tells.
    """
    if after:
        await _reached(service, after)
    found = await to_thread(service.models.ask, question)
    rows = await to_thread(narrowed, found.rows) if narrowed else found.rows
    return answer_at({name: [plain(row) for row in rows]}, found.position, service)


async def _reached(service: Service, after: int) -> None:
    """Wait until the read models reflect a position that the log has."""
    if await service.models.reached(after, 0):
        return
    head = await to_thread(service.log.head)
    if after > head.position:
        raise Problem(422, "invalid", "No event has this position", f"after: the log ends at {head.position} so far")
    if not await service.models.reached(after, WAIT_SECONDS):
        raise Problem(503, "not-yet", "The read models are not there yet", f"they don't reflect {after}: ask again")
