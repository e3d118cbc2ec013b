"""Simulating on the command line: a portfolio whose lives look real, with a bar that shows how far it is."""

from datetime import UTC, datetime

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from milepost.app.service import Service
from milepost.cli.output import Failed, as_json, print_line
from milepost.demo.simulate import NOW, Simulated, SimulatedAlready, Unlikely, begun, ended, simulate

PROJECTS, SEED = 60, 1
OPENED = 2
"""How many events a log has that was only opened."""

OPTIONS: list[click.Parameter] = [
    click.Option(["--projects"], type=click.IntRange(1, 10_000), default=PROJECTS, help="How many projects."),
    click.Option(["--seed"], type=int, default=SEED, help="The same seed gives the same lives."),
    click.Option(
        ["--until"], type=click.DateTime(["%Y-%m-%d"]), default=f"{NOW:%Y-%m-%d}", help="The day that they come to."
    ),
    click.Option(["--json", "json"], is_flag=True, help="Print JSON for programs."),
]


def fill(service: Service, projects: int, seed: int, now: datetime) -> Simulated:
    """Simulate a portfolio into this log, with a progress bar on standard error."""
    columns = (TextColumn("simulating projects"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=projects)
        try:
            return simulate(service.writer, projects, seed, lambda begun: bar.update(task, completed=begun), now)
        except (SimulatedAlready, Unlikely) as fault:
            raise Failed(str(fault)) from fault


def demonstrate(service: Service) -> None:
    """Fill a log that was only opened, up to this day; or go on with what was interrupted, up to the day it was for."""
    if service.log.head().position <= OPENED:
        today = service.clock().replace(hour=0, minute=0, second=0, microsecond=0)
        fill(service, PROJECTS, SEED, today)
    elif (script := begun(service.log)) and not ended(service.log, script):
        fill(service, script.projects, script.seed, script.now)


def told(simulated: Simulated, json: bool) -> None:
    """Print what a simulation has written."""
    fields = {"projects": simulated.projects, "events": simulated.events, "commands": simulated.commands}
    if json:
        as_json(fields)
    else:
        print_line(", ".join(f"{count:,} {what}" for what, count in fields.items()))


def moment(until: datetime) -> datetime:
    return until.replace(tzinfo=UTC)
