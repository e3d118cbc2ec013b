"""The effectiveness pages: figures of each phase and gate, with the projects that each figure counts."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from consumers.read_models.reader import ReadModelAnswer
from milepost.app.service import Service
from milepost.reading.effectiveness import FIGURES
from milepost.web.closed_sets import demand_value
from milepost.web.pages.charts import Charts
from milepost.web.pages.cohorts import COHORT, LABELS, CohortFilter, count_by, find_common_origin, list_choices
from milepost.web.pages.definitions import DEFINITIONS, MEASURES, TITLES
from milepost.web.pages.page_response import Pages, build_address
from milepost.web.pages.template_filters import number, share, words
from milepost.web.problems import Problem
from milepost.web.strict_route import strict_router
from projections.projection import By
from projections.projection import Query as ReadModelQuery
from projections.projects import tally

GROUPS: Mapping[str, By] = {"category": "category", "discipline": "discipline", "kind": "project_kind"}
Of = Literal["phases", "gates", "projects"]
Row = dict[str, Any]


class EffectivenessFilter(CohortFilter):
    """The projects that the figures count, and the attribute that groups them; one group if it is empty."""

    by: Literal["", "category", "discipline", "kind", "origin"] = ""

    @property
    def grouped(self) -> By:
        """The attribute for the read models. Without a choice it is the origin, which gives one group."""
        return GROUPS.get(self.by, "origin")

    @property
    def cohort(self) -> dict[str, str | None]:
        """The projects to count; several origins only as groups."""
        return self.columns | ({"origin": None} if self.by == "origin" else {})

    def rows_address(self, of: str, figure: str, row: Row) -> str:
        """The address of the rows that a figure counts."""
        return build_address(
            "/effectiveness/projects", of=of, figure=figure, at=row["at"], group=row["group_by"], **self.model_dump()
        )


class FigureFilter(EffectivenessFilter):
    """One figure: its subject and name, the gate or phase, and the group."""

    of: Of
    figure: str
    at: str | None = None
    group: str | None = None


def effectiveness_routes(service: Service, pages: Pages, charts: Charts) -> APIRouter:
    """The routes of the dashboard, of the rows behind its figures, and of the definitions."""
    router = strict_router(include_in_schema=False)
    _add_rows_route(router, service, pages)

    @router.get("/effectiveness")
    def effectiveness(filter_: Annotated[EffectivenessFilter, Query()]) -> HTMLResponse:
        tally_answer = service.models.ask(tally())
        filter_.origin = filter_.origin or find_common_origin(tally_answer.rows)
        answers = {
            of: service.models.ask(figures.by(filter_.grouped, **filter_.cohort)) for of, figures in FIGURES.items()
        }
        rows = {of: _complete_rows(of, answer, filter_) for of, answer in answers.items()}
        position = min(answer.position for answer in answers.values())
        context = {
            "filter": filter_,
            "rows": rows,
            "charts": _draw_charts(charts, rows, filter_, position),
            **_build_choices(tally_answer),
        }
        return pages.render("effectiveness.html", "/effectiveness", context, tally_answer, *answers.values())

    @router.get("/effectiveness/definitions")
    def definitions() -> HTMLResponse:
        context = {"definitions": DEFINITIONS, "measures": MEASURES, "figures": FIGURES, "titles": TITLES}
        return pages.render("definitions.html", "/effectiveness", context)

    return router


def _add_rows_route(router: APIRouter, service: Service, pages: Pages) -> None:
    @router.get("/effectiveness/projects")
    def figure_rows(filter_: Annotated[FigureFilter, Query()]) -> HTMLResponse:
        answer = service.models.ask(_build_query(filter_))
        figure = FIGURES[filter_.of].figure(filter_.figure)
        context = {"filter": filter_, "figure": figure, "definition": DEFINITIONS[filter_.of][figure], "titles": TITLES}
        return pages.render("figure.html", "/effectiveness", context | {"rows": answer.rows}, answer)


def _build_choices(tally_answer: ReadModelAnswer) -> Row:
    return {
        "labels": {name: LABELS[name] for name in COHORT},
        "choices": list_choices(tally_answer.rows, COHORT),
        "origins": count_by(tally_answer.rows, "origin"),
        "definitions": DEFINITIONS,
        "figures": FIGURES,
    }


def _build_query(filter_: FigureFilter) -> ReadModelQuery:
    figures = FIGURES[filter_.of]
    if filter_.figure not in figures.numbers:
        known = ", ".join(figures.numbers)
        raise Problem(
            404,
            "unknown",
            "This figure does not exist",
            f"figure: {filter_.figure}; the figures of {filter_.of} are {known}",
        )
    demand_value("at", filter_.at or None, figures.order)
    return figures.opened(filter_.figure, filter_.grouped, filter_.group or None, filter_.at or None, **filter_.cohort)


def _complete_rows(of: str, answer: ReadModelAnswer, filter_: EffectivenessFilter) -> list[Row]:
    """The rows; without groups, also an empty row for each gate or phase that no project has reached."""
    if filter_.by or not FIGURES[of].order:
        return answer.rows
    known = {row["at"]: row for row in answer.rows}
    return [known.get(at) or _empty_row(of, at, filter_) for at in FIGURES[of].order]


def _empty_row(of: str, at: str, filter_: EffectivenessFilter) -> Row:
    figures = FIGURES[of]
    return {
        "at": at,
        "group_by": filter_.origin,
        **dict.fromkeys(figures.counted, 0),
        **dict.fromkeys(figures.measured),
    }


def _draw_charts(charts: Charts, rows: Mapping[str, list[Row]], filter_: EffectivenessFilter, position: int) -> Row:
    """Draw the charts; None for a chart that can't be drawn now, no entry for one without data."""
    durations = [_duration_mark(row, filter_) for row in rows["phases"] if row["measured"]]
    yields = [_yield_mark(row, filter_) for row in rows["gates"] if row["decided"]]
    content = (position, filter_.model_dump_json())
    marks_by_chart = {"duration": durations, "yield": yields}
    return {name: charts.draw(name, marks, content) for name, marks in marks_by_chart.items() if marks}


def _label(row: Row, filter_: EffectivenessFilter) -> str:
    return f"{words(row['at'])} · {words(row['group_by'])}" if filter_.by else words(row["at"])


def _duration_mark(row: Row, filter_: EffectivenessFilter) -> Row:
    text = f"{number(row['median_days'], 1)} to {number(row['p85_days'], 1)} (n = {row['measured']})"
    ends = {"median": row["median_days"], "p85": row["p85_days"]}
    return {
        "label": _label(row, filter_),
        "text": text,
        "href": filter_.rows_address("phases", "measured", row),
        **ends,
    }


def _yield_mark(row: Row, filter_: EffectivenessFilter) -> Row:
    text = f"{share(row['first_pass'], row['decided'])} ({row['first_pass']} of {row['decided']})"
    part = 100 * row["first_pass"] / row["decided"]
    return {
        "label": _label(row, filter_),
        "text": text,
        "href": filter_.rows_address("gates", "decided", row),
        "share": part,
    }
