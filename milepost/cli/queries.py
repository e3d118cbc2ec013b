"""Showing on the command line: a project, its trail, why its gate is shut, what waits for whom."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import click

from domain.lifecycle import Gate, Phase, ProjectState
from domain.reviews.why_not import Obstacle, WaitsFor, why_not
from domain.values import moment_text
from milepost import clock
from milepost.cli.options import ACTOR, JSON, ROLE, Opener
from milepost.cli.output import CUT_OFF, as_json, grouped_table, remark, say, table
from milepost.reading.deferrals import read_deferrals
from milepost.reading.project_queries import AsOf
from milepost.web.response_models.lists import InboxItem, ProjectItem, TrailItem
from milepost.web.response_models.model import ResponseModel
from milepost.web.views import project_view, why_view
from projections import audit_trail, gates, projects
from projections.projection import Query

PAGE = 200
STATES = [str(state) for state in ProjectState]
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"])
LIKE = "like 2026-11-22T09:30:00Z"
Asked = Callable[[int], Query]
"""A question for at most so many rows."""


def showing_commands(opened: Opener) -> list[click.Command]:
    """The commands that tell what is known."""
    return [_show(opened), _why(opened), _projects(opened), _trail(opened), _inbox(opened)]


def _show(opened: Opener) -> click.Command:
    def show(key: str, version: int | None, known_at: Any, as_at: Any, json: bool) -> None:
        with opened() as service:
            project = service.reading.project(key.lower(), AsOf(version, known_at, as_at))
            now = as_at or known_at or service.clock()
            shown = project_view(project, read_deferrals(service.reading, project, now), now)
        if json:
            as_json(shown.to_jsonable())
            return
        names = ("key", "state", "phase", "next_gate", "category", "priority", "policy", "origin", "version")
        milestones = [(f"milestone {one.gate}", f"{moment_text(one.at)}, {one.basis}") for one in shown.milestones]
        fields = [("title", shown.proposal.title), *((name, getattr(shown, name)) for name in names)]
        table(("field", "value"), fields + milestones)

    options = [
        click.Option(["--version"], type=click.IntRange(1), help="As of a version of its stream."),
        click.Option(["--known-at"], type=MOMENT, metavar="MOMENT", help=f"As was known at a moment, {LIKE}."),
        click.Option(["--as-at"], type=MOMENT, metavar="MOMENT", help="As it was at a moment, by all known today."),
    ]
    told = "Show a project, as it is or as of a version or moment."
    return click.Command("show", params=[click.Argument(["key"]), *options, JSON], callback=show, help=told)


def _why(opened: Opener) -> click.Command:
    def why(key: str, gate: str | None, actor: str, acting: str | None, json: bool) -> None:
        with opened() as service:
            project = service.reading.project(key.lower())
            context = service.reading.command_context(project, actor.lower(), acting, service.clock())
            found = why_not(project, context, Gate(gate) if gate else None)
        if json:
            as_json(why_view(found).to_jsonable())
            return
        remark(found.sentence)
        groups = (("Not met", found.shut), ("Warns", found.warned), ("Deferred", found.deferred))
        obstacles = [(title, [_obstacle(one) for one in members]) for title, members in groups]
        waits = ("Waits for", [_wait(one) for one in found.waits])
        grouped_table(("control", "what is missing", "who", "with", "since"), [*obstacles, waits])

    gate = click.Option(["--gate"], type=click.Choice([str(gate) for gate in Gate]), help="Another gate than the next.")
    told = "Say why the next gate of a project is shut, since when, and who can open it with what."
    return click.Command("why", params=[click.Argument(["key"]), gate, ACTOR, ROLE, JSON], callback=why, help=told)


def _obstacle(one: Obstacle) -> Sequence[Any]:
    return one.result.control, one.result.sentence, one.people or one.roles, one.commands, one.since


def _wait(one: WaitsFor) -> Sequence[Any]:
    return None, f"{one.what} by {one.role}", one.people, None, one.since


def _projects(opened: Opener) -> click.Command:
    columns = ("project", "state", "phase", "next_gate", "last_gate_at", "category", "origin", "title")

    def list_projects(state: str | None, phase: str | None, after: str, json: bool) -> None:
        page = _Page(ProjectItem, "project", columns, ("last_gate_at", "category", "origin"))
        _print_page(opened, lambda limit: projects.standing(state, phase, after.lower(), limit=limit), page, json)

    options = [
        click.Option(["--state"], type=click.Choice(STATES), help="Only projects in this state."),
        click.Option(["--phase"], type=click.Choice([str(phase) for phase in Phase]), help="Only those in this phase."),
        click.Option(["--after"], default="", metavar="PROJECT", help="Begin after this project."),
    ]
    return click.Command("projects", params=[*options, JSON], callback=list_projects, help="List where projects stand.")


def _trail(opened: Opener) -> click.Command:
    columns = ("version", "time", "who", "role", "what", "reason")

    def trail(key: str, after: int, json: bool) -> None:
        stream = f"project-{key.lower()}"
        page = _Page(TrailItem, "version", columns, ("role",), project=key.lower())
        _print_page(opened, lambda limit: audit_trail.trail(stream, after, limit), page, json)

    cursor = click.Option(["--after"], type=click.IntRange(0), default=0, metavar="VERSION", help="Begin after it.")
    told = "Tell what happened in a project: who, in which role, when, what and why."
    return click.Command("trail", params=[click.Argument(["key"]), cursor, JSON], callback=trail, help=told)


def _inbox(opened: Opener) -> click.Command:
    columns = ("project", "gate", "review", "what", "role", "since", "title")

    def inbox(actor: str, json: bool) -> None:
        page = _Page(InboxItem, None, columns, ("review", "role"))
        _print_page(opened, lambda _: gates.inbox(actor.lower(), clock.now()), page, json)

    return click.Command("inbox", params=[ACTOR, JSON], callback=inbox, help="List what waits for you.")


class _Page(NamedTuple):
    """What is shown of rows: the model of each in JSON, the column of the cursor, the columns, and the optional ones.

    `project` has to be there, as a list that is about one that isn't would be empty and say nothing.
    """

    item: type[ResponseModel]
    cursor: str | None
    columns: Sequence[str]
    optional: Sequence[str]
    project: str | None = None


def _print_page(opened: Opener, asked: Asked, page: _Page, json: bool) -> None:
    """Print the rows that answer a question, as of the end of the log, and whether there are more."""
    with opened() as service:
        if page.project:
            service.reading.project(page.project)
        service.models.catch_up()
        answer = service.models.ask(asked(PAGE + 1))
    rows = answer.rows[:PAGE] if page.cursor else answer.rows
    after = str(rows[-1][page.cursor]) if page.cursor and len(answer.rows) > PAGE else None
    if json:
        more = {} if after is None else {"next": after}
        as_json(
            {"rows": [page.item.model_validate(row).to_jsonable() for row in rows], "position": answer.position} | more
        )
        return
    table(page.columns, [[row[name] for name in page.columns] for row in rows], page.optional)
    say(f"{len(rows)} rows, as of position {answer.position}")
    if after is not None:
        say(CUT_OFF.format(after))
