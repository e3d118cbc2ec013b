"""Rows of read models as answers: each waits for what it is asked to contain, and says which position it reflects."""

from asyncio import to_thread
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from consumers.read_models.reader import MOST_PARKED, Answer
from milepost.app.service import Service
from milepost.web.api.waiting import wait_until_contained
from milepost.web.responses import answer_at
from milepost.web.views import plain
from projections.projection import Query as Question

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Page:
    """How a list is cut off: at most so many items, and the column whose value is the cursor `after`."""

    limit: int
    cursor: str

    @property
    def limit_of_query(self) -> int:
        """One more than is shown, to know whether there is more."""
        return self.limit + 1


async def rows_answer(
    service: Service,
    name: str,
    question: Question,
    wait_for: str | None,
    *,
    project: str | None = None,
    page: Page | None = None,
    narrowed: Callable[[Rows], Rows] | None = None,
) -> Response:
    """The rows that answer a question, under a name, once the read models contain `wait_for`.

    `project` is the key of the project that the question is about, if any; `narrowed` leaves out rows by what only the
    log tells. Raises the problems of `wait_until_contained`.
    """
    await wait_until_contained(service, wait_for, f"project-{project}" if project else None)
    found = await to_thread(service.models.ask, question)
    if project and not found.rows:
        await to_thread(service.reading.history, project)  # a path to nothing is 404
    rows: Rows = await to_thread(narrowed, found.rows) if narrowed else found.rows
    shown = rows[: page.limit] if page else rows
    body: dict[str, Any] = {name: [plain(row) for row in shown]}
    if page and len(rows) > page.limit:
        body["next"] = str(shown[-1][page.cursor])
    return answer_at(body, found.position, service, parked=parked_view(found))


def parked_view(answer: Answer) -> list[dict[str, Any]]:
    """The streams that are not in an answer as far as its position says, at most `MOST_PARKED`."""
    return [one._asdict() for one in answer.parked[:MOST_PARKED]]
