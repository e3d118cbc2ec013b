"""Importing on the command line: a foreign history, read as a mapping says, with every line accounted for."""

import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from milepost.app.bootstrap import open_existing_service, open_or_create_service
from milepost.cli.options import ACTOR, JSON
from milepost.cli.output import Failed, as_json, is_terminal, say, table
from milepost.imports import Imported, Unimportable, Unmappable, import_file, mapping_from, people_of

NOT_WRITTEN = 1
FEW = 5
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
HELP = "Import a foreign history, JSON Lines or CSV, as a mapping says. What was imported before adds nothing."
PARAMETERS: list[click.Parameter] = [
    click.Argument(["file"], type=FILE),
    click.Option(["--mapping"], type=FILE, required=True, help="What the lines mean: docs/import.md."),
    click.Option(["--dry-run"], is_flag=True, help="Do everything but write; needs a log that exists."),
    click.Option(["--strict"], is_flag=True, help="Write nothing where any line is refused; exit code 1 then."),
    ACTOR,
    JSON,
]


def importing_commands() -> list[click.Command]:
    """The command that imports."""

    def bring(file: Path, mapping: Path, dry_run: bool, strict: bool, actor: str, json: bool) -> None:
        open_service = open_existing_service if dry_run else open_or_create_service
        try:
            rules = mapping_from(mapping)
            with open_service(say=say) as service, _bar(quiet=json) as progress:
                people = people_of(service.settings.data, keep_key=not dry_run)
                done = import_file(service.log, service.writer, file, rules, people, actor, dry_run, strict, progress)
        except (Unimportable, Unmappable) as error:
            raise Failed(str(error)) from error
        _report(done, json)
        if strict and not done.written and not dry_run:
            sys.exit(NOT_WRITTEN)

    return [click.Command("import", params=PARAMETERS, callback=bring, help=HELP)]


@contextmanager
def _bar(quiet: bool) -> Generator[Callable[[int, int], None]]:
    columns = (TextColumn("lines"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as bar:
        task = bar.add_task("")
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _report(done: Imported, json: bool) -> None:
    if json:
        as_json(done.line())
    else:
        rows = [
            (what, len(lines), reason, _some(lines) if is_terminal() else lines)
            for what in ("refused", "skipped", "no_effect")
            for reason, lines in done.account.reasons(what).items()
        ]
        table(("lines", "how many", "why", "which"), rows)
        say(", ".join(f"{name}: {value}" for name, value in done.line().items()))


def _some(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines[:FEW])) + (f" and {len(lines) - FEW} more" if len(lines) > FEW else "")
