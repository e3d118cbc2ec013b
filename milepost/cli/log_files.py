"""Moving the log on the command line: export and verify it, dump it and load it into another database."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, track

from milepost.app.bootstrap import open_existing_log, open_or_create_database, open_or_create_log
from milepost.app.settings import settings_from
from milepost.cli.command_group import CommandGroup
from milepost.cli.new_file import STDOUT, demand_free, write_lines
from milepost.cli.options import JSON
from milepost.cli.output import Failed, as_json, print_line, say, table
from milepost.log.export import NotLoaded, dump, export, load
from milepost.log.store import Log
from milepost.log.verify import Examination, verify

NOT_SOUND = 1
BAR = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
TO = click.Argument(["file"], type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
FROM = click.Argument(["file"], type=click.Path(exists=True, dir_okay=False, path_type=Path))


def moving_commands() -> list[click.Command]:
    """The commands that open a log, take it out, look at it, and bring it in."""
    inner = CommandGroup("log", help="Open a log, or move one with its positions from one database to another.")
    inner.add_command(click.Command("open", params=[JSON], callback=_open, help=OPEN))
    inner.add_command(click.Command("dump", params=[TO, JSON], callback=partial(_write, dump), help=DUMP))
    inner.add_command(click.Command("load", params=[FROM, JSON], callback=_load, help=LOAD))
    return [
        click.Command("export", params=[TO, JSON], callback=partial(_write, export), help=EXPORT),
        click.Command("verify", params=[FROM, JSON], callback=_verify, help=VERIFY),
        inner,
    ]


OPEN = "Open a log where there is none, with the default policy in force; one that is open stays as it is."
EXPORT = "Write the stored bytes of every event to a new file, one a line, and a trailer with counts. - is stdout."
DUMP = "Write everything that another database needs to go on: events, and what each command was answered. - is stdout."
LOAD = "Bring a dumped log into an empty database, every line verified first."
VERIFY = "Examine an exported log without any database: bytes, places, counts, root. Exit code 1 if it isn't sound."


def _open(json: bool) -> None:
    with open_or_create_log(settings_from(os.environ), say) as log:
        found = log.identity()
    if json:
        as_json({"log": found.id, "name": found.name, "generation": found.generation})
    else:
        print_line(f"The log {found.name} is open; its id is {found.id}.")


def _write(lines: Callable[[Log], Iterable[bytes]], file: Path, json: bool) -> None:
    demand_free(file)
    with open_existing_log(settings_from(os.environ), say) as log:
        count = write_lines(file, _shown(lines(log), log.head().position, json))
    told = {"file": str(file), "lines": count}
    if json:
        as_json(told, sys.stderr if file == STDOUT else sys.stdout)
    else:
        (say if file == STDOUT else print_line)(f"{file}: {count:,} lines")


def _read(file: Path, quiet: bool) -> Iterator[bytes]:
    """The lines of a file, with a bar that shows how far it is read."""
    with Progress(*BAR, console=Console(stderr=True), disable=_is_hidden(quiet), transient=True) as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)
        with file.open("rb") as lines:
            for line in lines:
                yield line
                progress.advance(task, len(line))


def _shown(lines: Iterable[bytes], total: int, quiet: bool) -> Iterator[bytes]:
    console, hidden = Console(stderr=True), _is_hidden(quiet)
    yield from track(lines, "events", total=total, console=console, disable=hidden, transient=True)


def _is_hidden(quiet: bool) -> bool:
    """Whether no bar is shown: it would leave an empty line in a file."""
    return quiet or not sys.stderr.isatty()


def _verify(file: Path, json: bool) -> None:
    seen = verify(_read(file, json))
    _report(file, seen, json)
    if not seen.sound:
        sys.exit(NOT_SOUND)


def _load(file: Path, json: bool) -> None:
    try:
        with open_or_create_database(settings_from(os.environ), say) as log:
            seen = load(log, _read(file, json))
    except NotLoaded as error:
        raise Failed(str(error)) from error
    _report(file, seen, json)


def _report(file: Path, seen: Examination, json: bool) -> None:
    tally = seen.tally
    told: dict[str, Any] = {"file": str(file), "sound": seen.sound, "events": tally.count, "log": tally.log}
    told |= {"unknown": dict(seen.unknown), "findings": [str(finding) for finding in seen.findings]}
    if json:
        as_json(told)
        return
    if told["findings"]:
        table(("finding",), [(finding,) for finding in told["findings"]])
    for kind, count in seen.unknown.items():
        say(f"{count} events are of {kind}, which this release doesn't know: a newer one wrote them")
    verdict = "is whole and unchanged in itself" if seen.sound else f"is NOT sound: {len(seen.findings)} findings"
    print_line(f"{file}: {tally.count:,} events of log {tally.log}; it {verdict}")
