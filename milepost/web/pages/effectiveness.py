"""The effectiveness pages: whether each phase and gate works, in figures that can be opened."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from consumers.read_models.reader import Answer
from milepost.app.service import Service
from milepost.reading.effectiveness import FIGURES
from milepost.web.closed_sets import demand_value
from milepost.web.pages.charts import Charts
from milepost.web.pages.cohorts import COHORT, LABELS, Cohort, choices, counted, usual_origin
from milepost.web.pages.definitions import DEFINITIONS, MEASURES, OF
from milepost.web.pages.page_response import Pages, address
from milepost.web.pages.template_filters import number, share, words
from milepost.web.problems import Problem
from milepost.web.strict_route import strict_router
from projections.projection import By
from projections.projection import Query as Question
from projections.projects import tally

GROUPS: Mapping[str, By] = {"category": "category", "discipline": "discipline", "kind": "project_kind"}
Of = Literal["phases", "gates", "projects"]
Row = dict[str, Any]


class View(Cohort):
    """Of which projects the figures are, and by which attribute they are told apart; together where it is none."""

    by: Literal["", "category", "discipline", "kind", "origin"] = ""

    @property
    def grouped(self) -> By:
        """What read models group by; of one origin that is one group."""
        return GROUPS.get(self.by, "origin")

    @property
    def cohort(self) -> dict[str, str | None]:
        """Of which projects; those of several origins are only shown apart."""
        return self.columns | ({"origin": None} if self.by == "origin" else {})

    def opening(self, of: str, figure: str, row: Row) -> str:
        """Where the rows stand that a figure counts."""
        return address(
            "/effectiveness/projects", of=of, figure=figure, at=row["at"], group=row["group_by"], **self.model_dump()
        )


class Opened(View):
    """One figure: of what, which, at which gate or phase, of which group."""

    of: Of
    figure: str
    at: str | None = None
    group: str | None = None


def effectiveness_routes(service: Service, pages: Pages, charts: Charts) -> APIRouter:
    """The routes of the dashboard, of what its figures count, and of what they mean."""
    router = strict_router(include_in_schema=False)
    _opening(router, service, pages)

    @router.get("/effectiveness")
    def effectiveness(view: Annotated[View, Query()]) -> HTMLResponse:
        all_ = service.models.ask(tally())
        view.origin = view.origin or usual_origin(all_.rows)
        asked = {of: service.models.ask(figures.by(view.grouped, **view.cohort)) for of, figures in FIGURES.items()}
        rows = {of: _whole(of, answer, view) for of, answer in asked.items()}
        position = min(answer.position for answer in asked.values())
        told = {"view": view, "rows": rows, "charts": _charts(charts, rows, view, position), **_chosen_from(all_)}
        return pages.render("effectiveness.html", "/effectiveness", told, all_, *asked.values())

    @router.get("/effectiveness/definitions")
    def definitions() -> HTMLResponse:
        told = {"definitions": DEFINITIONS, "measures": MEASURES, "figures": FIGURES, "of": OF}
        return pages.render("definitions.html", "/effectiveness", told)

    return router


def _opening(router: APIRouter, service: Service, pages: Pages) -> None:
    @router.get("/effectiveness/projects")
    def opened(asked: Annotated[Opened, Query()]) -> HTMLResponse:
        found = service.models.ask(_question(asked))
        figure = FIGURES[asked.of].figure(asked.figure)
        told = {"asked": asked, "figure": figure, "definition": DEFINITIONS[asked.of][figure], "of": OF}
        return pages.render("figure.html", "/effectiveness", told | {"rows": found.rows}, found)


def _chosen_from(all_: Answer) -> Row:
    return {
        "labels": {name: LABELS[name] for name in COHORT},
        "choices": choices(all_.rows, COHORT),
        "origins": counted(all_.rows, "origin"),
        "definitions": DEFINITIONS,
        "figures": FIGURES,
    }


def _question(asked: Opened) -> Question:
    figures = FIGURES[asked.of]
    if asked.figure not in figures.numbers:
        known = ", ".join(figures.numbers)
        raise Problem(404, "unknown", "There is no such figure", f"{asked.figure}: {asked.of} have {known}")
    demand_value("at", asked.at or None, figures.order)
    return figures.opened(asked.figure, asked.grouped, asked.group or None, asked.at or None, **asked.cohort)


def _whole(of: str, answer: Answer, view: View) -> list[Row]:
    """The rows, and where they are told together one for each gate or phase, though nobody has come there."""
    if view.by or not FIGURES[of].order:
        return answer.rows
    known = {row["at"]: row for row in answer.rows}
    return [known.get(at) or _nothing(of, at, view) for at in FIGURES[of].order]


def _nothing(of: str, at: str, view: View) -> Row:
    figures = FIGURES[of]
    return {"at": at, "group_by": view.origin, **dict.fromkeys(figures.counted, 0), **dict.fromkeys(figures.measured)}


def _charts(charts: Charts, rows: Mapping[str, list[Row]], view: View, position: int) -> Row:
    """The charts; None for one that can't be drawn now, nothing at all for one without figures."""
    lasting = [_stay(row, view) for row in rows["phases"] if row["measured"]]
    yields = [_yield(row, view) for row in rows["gates"] if row["decided"]]
    shows = (position, view.model_dump_json())
    wanted = {"lasting": lasting, "yields": yields}
    return {name: charts.draw(name, marks, shows) for name, marks in wanted.items() if marks}


def _label(row: Row, view: View) -> str:
    return f"{words(row['at'])} · {words(row['group_by'])}" if view.by else words(row["at"])


def _stay(row: Row, view: View) -> Row:
    told = f"{number(row['median_days'], 1)} to {number(row['p85_days'], 1)} (n = {row['measured']})"
    ends = {"median": row["median_days"], "p85": row["p85_days"]}
    return {"label": _label(row, view), "told": told, "href": view.opening("phases", "measured", row), **ends}


def _yield(row: Row, view: View) -> Row:
    told = f"{share(row['first_pass'], row['decided'])} ({row['first_pass']} of {row['decided']})"
    part = 100 * row["first_pass"] / row["decided"]
    return {"label": _label(row, view), "told": told, "href": view.opening("gates", "decided", row), "share": part}
