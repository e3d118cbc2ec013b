"""Showing on the command line: a project, its trail, why its gate is shut, what waits for whom."""

from typing import Any

import click

from domain.lifecycle import Gate
from domain.reviews.why_not import Obstacle, why_not
from milepost import clock
from milepost.cli.options import ACTOR, JSON, ROLE, Opener
from milepost.cli.output import as_json, table
from milepost.reading.deferrals import owed
from milepost.reading.project_queries import AsOf
from milepost.web.views import plain, project_view, why_view
from projections import audit_trail, gates, projects
from projections.projection import Query

PAGE = 200
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"])


def showing_commands(opened: Opener) -> list[click.Command]:
    """The commands that tell what is known."""
    return [_show(opened), _why(opened), _projects(opened), _trail(opened), _inbox(opened)]


def _show(opened: Opener) -> click.Command:
    def show(key: str, version: int | None, known_at: Any, as_at: Any, json: bool) -> None:
        with opened() as service:
            project = service.reading.project(key.lower(), AsOf(version, known_at, as_at))
            now = as_at or known_at or service.clock()
            told = project_view(project, owed(service.reading, project, now), now)
        if json:
            as_json(told)
            return
        titles = ("key", "state", "phase", "next_gate", "category", "priority", "policy", "origin", "version")
        table(("", ""), [("title", told["proposal"]["title"]), *((name, told.get(name)) for name in titles)])
        columns = ("gate", "at", "basis")
        table(columns, [[passed[name] for name in columns] for passed in told["milestones"]], "Milestones")

    options = [
        click.Option(["--version"], type=click.IntRange(1), help="As of a version of its stream."),
        click.Option(["--known-at"], type=MOMENT, help="As was known at a moment, like 2026-11-22T09:30+00:00."),
        click.Option(["--as-at"], type=MOMENT, help="As it was at a moment, by all that is known today."),
    ]
    return click.Command("show", params=[click.Argument(["key"]), *options, JSON], callback=show, help=show_help)


show_help = "Show a project, as it is or as of a version or moment."


def _why(opened: Opener) -> click.Command:
    def why(key: str, gate: str | None, actor: str, acting: str | None, json: bool) -> None:
        with opened() as service:
            project = service.reading.project(key.lower())
            context = service.reading.command_context(project, actor.lower(), acting, service.clock())
            found = why_not(project, context, Gate(gate) if gate else None)
        if json:
            as_json(why_view(found))
            return
        click.echo(found.sentence)
        _obstacles("Not met", found.shut)
        _obstacles("Warns", found.warned)
        _obstacles("Owed", found.owed)
        rows = [(wait.what, wait.role, wait.people, wait.since) for wait in found.waits]
        table(("waits for", "role", "people", "since"), rows, "Waits")

    gate = click.Option(["--gate"], type=click.Choice([str(gate) for gate in Gate]), help="Another gate than the next.")
    told = "Say why the next gate of a project is shut, since when, and who can open it with what."
    return click.Command("why", params=[click.Argument(["key"]), gate, ACTOR, ROLE, JSON], callback=why, help=told)


def _obstacles(title: str, obstacles: tuple[Obstacle, ...]) -> None:
    rows = [
        (one.result.control, one.result.sentence, one.people or one.roles, one.commands, one.since) for one in obstacles
    ]
    table(("control", "what is missing", "who", "with", "since"), rows, title)


def _projects(opened: Opener) -> click.Command:
    columns = ("project", "state", "phase", "next_gate", "last_gate_at", "category", "origin", "title")

    def listed(state: str | None, phase: str | None, behind: str, json: bool) -> None:
        _rows(opened, projects.standing(state, phase, behind, limit=PAGE), columns, json)

    options = [click.Option(["--state"]), click.Option(["--phase"]), click.Option(["--behind"], default="")]
    return click.Command("projects", params=[*options, JSON], callback=listed, help="List where projects stand.")


def _trail(opened: Opener) -> click.Command:
    columns = ("version", "time", "who", "role", "what", "reason")

    def trail(key: str, behind: int, json: bool) -> None:
        _rows(opened, audit_trail.trail(f"project-{key.lower()}", behind, PAGE), columns, json)

    behind = click.Option(["--behind"], type=click.IntRange(0), default=0, help="Where the last page ended.")
    told = "Tell what happened in a project: who, in which role, when, what and why."
    return click.Command("trail", params=[click.Argument(["key"]), behind, JSON], callback=trail, help=told)


def _inbox(opened: Opener) -> click.Command:
    columns = ("project", "gate", "review", "what", "role", "since", "title")

    def inbox(actor: str, json: bool) -> None:
        _rows(opened, gates.inbox(actor.lower(), clock.now()), columns, json)

    return click.Command("inbox", params=[ACTOR, JSON], callback=inbox, help="List what waits for you.")


def _rows(opened: Opener, question: Query, columns: tuple[str, ...], json: bool) -> None:
    """Print the rows that answer a question, as of the end of the log."""
    with opened() as service:
        service.models.catch_up()
        answer = service.models.ask(question)
    if json:
        as_json({"rows": [plain(row) for row in answer.rows], "position": answer.position})
        return
    table(columns, [[row[name] for name in columns] for row in answer.rows])
    click.echo(f"{len(answer.rows)} rows, as of position {answer.position}", err=True)
