"""Read models on the command line: which buildings there are, building anew beside them, comparing, changing over."""

import os
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import click
from psycopg import Connection
from psycopg.rows import DictRow
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from consumers.event_log import ConsumerStopped
from consumers.read_models.batch_writer import Fenced
from consumers.read_models.compare import Comparison, compare
from consumers.read_models.overview import overview
from consumers.read_models.parallel_build import BuildLocked, Task, rebuild_in_parallel
from consumers.read_models.tables import Model, connect, prepare
from consumers.read_models.versions import Unchanged, promote, roll_back, versions_of
from milepost.app.bootstrap import open_existing_log
from milepost.app.settings import settings_from
from milepost.cli.command_group import CommandGroup
from milepost.cli.options import JSON
from milepost.cli.output import Failed, as_json, print_line, remark, say, table
from milepost.cli.read_model_names import named
from milepost.log.event_feed import LogFeed, open_event_log
from milepost.log.store import Log
from projections import projections
from projections.projection import Projection

DIFFERENT = 1
NAMES = click.Argument(["names"], nargs=-1, metavar="[NAME]...")
NAMED = click.Argument(["names"], nargs=-1, required=True, metavar="NAME...")
WORKERS = click.Option(
    ["--workers"], type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True,
    help="By how many processes.",
)  # fmt: skip
PROMOTE = click.Option(["--promote"], is_flag=True, help="Read from it as soon as it stands ready.")
LIST = "List every building of every read model: what it is for, how far it is, what it has parked."
REBUILD = "Build read models anew, all or those named, beside those that are read from; what was interrupted goes on."
COMPARE = "Compare what is read from with what stands ready, else with what was left. Exit code 1 if they differ."
PROMOTED = "Read from the building that stands ready; the one before stays as the way back."
ROLLBACK = "Read again from the building that was left."


def projecting_commands() -> list[click.Command]:
    """The command that looks after the read models."""
    group = CommandGroup("projections", help="Look after the read models: build anew, compare, change over and back.")
    for name, parameters, callback, told in (
        ("list", [JSON], _list, LIST),
        ("rebuild", [NAMES, WORKERS, PROMOTE, JSON], _rebuild, REBUILD),
        ("compare", [NAMES, JSON], _compare, COMPARE),
        ("promote", [NAMED, JSON], partial(_change, promote), PROMOTED),
        ("rollback", [NAMED, JSON], partial(_change, roll_back), ROLLBACK),
    ):
        group.add_command(click.Command(name, params=list(parameters), callback=callback, help=told))
    return [group]


@contextmanager
def _models() -> Generator[tuple[Log, Connection[DictRow]]]:
    with open_existing_log(settings_from(os.environ), say) as log, connect(log.conninfo) as connection:
        prepare(connection)
        yield log, connection


def _list(json: bool) -> None:
    with _models() as (log, connection):
        found, head = overview(connection, projections()), log.head().position
    if json:
        as_json({"head": head, "buildings": [one._asdict() for one in found]})
        return
    rows = [(*one[:4], one.position, max(0, head - one.position), one.parked) for one in found]
    table(("read model", "building", "state", "since", "position", "events behind", "parked"), rows)
    say(f"the log ends at {head:,}")


def _rebuild(names: Sequence[str], workers: int, promote: bool, json: bool) -> None:
    chosen = named(names)
    with _models() as (log, _), _bar(quiet=json) as report:
        source = LogFeed(log).source
        task = Task(log.conninfo, source, partial(open_event_log, log.conninfo), tuple(one.name for one in chosen))
        try:
            until = rebuild_in_parallel(task, workers, report, promote)
        except (BuildLocked, Fenced, ConsumerStopped) as error:
            raise Failed(str(error)) from error
    told = {"projections": list(task.names), "position": until, "state": "active" if promote else "ready"}
    if json:
        as_json(told)
    else:
        then = "is read from now" if promote else "stands ready: compare it, then promote it"
        print_line(f"{', '.join(task.names)}: built from {until:,} events; it {then}")


@contextmanager
def _bar(quiet: bool) -> Generator[Callable[[int, int], None]]:
    columns = (TextColumn("events"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as bar:
        task = bar.add_task("")
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _compare(names: Sequence[str], json: bool) -> None:
    with _models() as (_, connection):
        pairs = [_pair(connection, projection) for projection in named(names)]
        found = [compare(connection, *pair) for pair in pairs if pair]
    if not found:
        raise Failed("There is nothing to compare with what is read from: build anew first.")
    if json:
        as_json([_compared(one) for one in found])
    else:
        _print_differences(found)
    if not all(one.equal for one in found):
        sys.exit(DIFFERENT)


def _pair(connection: Connection[DictRow], projection: Projection) -> tuple[Model, Model] | None:
    """What is read from, and what to hold beside it: what stands ready, else what was left."""
    states = {one.state: one.model for one in versions_of(connection, [projection])}
    other = states.get("ready") or states.get("left")
    return (states["active"], other) if other and "active" in states else None


def _print_differences(found: Sequence[Comparison]) -> None:
    for one in found:
        remark(_told(one))
    rows = [
        (one.one.name, one.other.name, each.stream, _listed(each.key), _listed(each.one), _listed(each.other))
        for one in found
        for each in one.first
    ]
    table(("read from", "beside", "stream", "row", "as read", "as beside"), rows)


def _compared(one: Comparison) -> dict[str, Any]:
    counts = {"compared": one.compared, "left_out": one.left_out, "different": one.streams}
    first = [each._asdict() for each in one.first]
    return {"read_from": one.one.name, "beside": one.other.name, **counts, "first": first}


def _told(one: Comparison) -> str:
    verdict = "all are equal" if one.equal else f"{one.streams:,} are NOT equal"
    apart = f"; {one.left_out:,} stand at different versions and weren't compared" if one.left_out else ""
    return f"{one.one.name} and {one.other.name}: of {one.compared:,} streams {verdict}{apart}"


def _listed(values: dict[str, Any] | None) -> str:
    return "no such row" if values is None else ", ".join(f"{name}={value}" for name, value in values.items())


def _change(how: Callable[[Connection[DictRow], Projection], Model], names: Sequence[str], json: bool) -> None:
    serving: list[tuple[str, str]] = []
    with _models() as (_, connection):
        for projection in named(names):
            try:
                serving.append((projection.name, how(connection, projection).name))
            except Unchanged as error:
                raise Failed(str(error)) from error
            if not json:
                print_line(f"{projection.name} is read from {serving[-1][1]}")
    if json:
        as_json({"serving": [{"projection": name, "read_from": model} for name, model in serving]})
