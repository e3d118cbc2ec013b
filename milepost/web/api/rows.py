"""Rows of read models as answers: each waits for what it is asked to contain, and says which position it reflects."""

from asyncio import to_thread
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from milepost.app.service import Service
from milepost.web.api.wait_target import wait_until_contained
from milepost.web.response_models.as_of import ReflectingModel
from milepost.web.responses import as_of, reflecting_response
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


async def rows_response(
    service: Service,
    model: type[ReflectingModel],
    name: str,
    question: Question,
    wait_for: str | None,
    *,
    project: str | None = None,
    page: Page | None = None,
    narrowed: Callable[[Rows], Rows] | None = None,
) -> Response:
    """The rows that answer a question, as the field `name` of a model, once the read models contain `wait_for`.

    `project` is the key of the project that the question is about, if any; `narrowed` leaves out rows by what only the
    log tells. Raises the problems of `wait_until_contained`.
    """
    await wait_until_contained(service, wait_for, f"project-{project}" if project else None)
    found = await to_thread(service.models.ask, question)
    if project and not found.rows:
        await to_thread(service.reading.history, project)  # a path to nothing is 404
    rows: Rows = await to_thread(narrowed, found.rows) if narrowed else found.rows
    shown = rows[: page.limit] if page else rows
    following = str(shown[-1][page.cursor]) if page and len(rows) > page.limit else None
    reflected = as_of(service, found.position, found.parked)
    return reflecting_response(model.model_validate({name: shown, "next": following, "as_of": reflected}))
