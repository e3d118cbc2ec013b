"""Rows of read models as answers: they wait for a position where one is asked for, and say which one they reflect."""

from asyncio import to_thread
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from milepost.api.answers import answer_at
from milepost.api.views import plain
from milepost.problems import Problem
from milepost.service import Service
from projections.projection import Query as Question

MOST = 200
WAIT_SECONDS = 10.0
After = Annotated[int, Query(ge=0, description="Position of the log that the answer has to reflect; it waits for it.")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Behind = Annotated[int, Query(ge=0, description="Where the last page ended.")]
Word = Annotated[str | None, Query(max_length=63)]


async def rows_answer(service: Service, name: str, question: Question, after: int) -> Response:
    """The rows that answer a question, under a name. A problem 503 where the models don't reflect `after` in time."""
    if after and not await service.models.reached(after, WAIT_SECONDS):
        raise Problem(503, "not-yet", "The read models are not there yet", f"they don't reflect {after}: ask again")
    found = await to_thread(service.models.ask, question)
    rows: list[dict[str, Any]] = [plain(row) for row in found.rows]
    return answer_at({name: rows}, found.position, service)
