"""Moving the log on the command line: export and verify it, dump it and load it into another database."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, track

from milepost.app.bootstrap import connected
from milepost.cli.command_group import CommandGroup
from milepost.cli.options import JSON, Opener
from milepost.cli.output import Failed, as_json, print_line, say, table
from milepost.log.export import NotLoaded, dump, export, load
from milepost.log.store import Log
from milepost.log.verify import Examination, verify

NOT_SOUND = 1
BAR = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
TO = click.Argument(["file"], type=click.Path(dir_okay=False, path_type=Path))
FROM = click.Argument(["file"], type=click.Path(exists=True, dir_okay=False, path_type=Path))


def moving_commands(opened: Opener) -> list[click.Command]:
    """The commands that take a log out, look at it, and bring it in."""
    inner = CommandGroup("log", help="Move a log with its positions from one database to another.")
    inner.add_command(click.Command("dump", params=[TO, JSON], callback=_writing(opened, dump), help=DUMP))
    inner.add_command(click.Command("load", params=[FROM, JSON], callback=_load, help=LOAD))
    return [
        click.Command("export", params=[TO, JSON], callback=_writing(opened, export), help=EXPORT),
        click.Command("verify", params=[FROM, JSON], callback=_verify, help=VERIFY),
        inner,
    ]


EXPORT = "Write the stored bytes of every event to a new file, one a line, and a trailer with counts."
DUMP = "Write everything that another database needs to go on: events, and what each command was answered."
LOAD = "Bring a dumped log into an empty database, every line verified first."
VERIFY = "Examine an exported log without any database: bytes, places, counts, root. Exit code 1 if it isn't sound."


def _writing(opened: Opener, lines: Callable[[Log], Iterable[bytes]]) -> Callable[..., None]:
    def write(file: Path, json: bool) -> None:
        with opened() as service:
            count = _write(file, _shown(lines(service.log), service.log.head().position, json))
        told = {"file": str(file), "lines": count}
        if json:
            as_json(told)
        else:
            print_line(f"{file}: {count:,} lines")

    return write


def _write(file: Path, lines: Iterable[bytes]) -> int:
    """Write a new file whole or not at all; nothing that is there is overwritten."""
    unfinished, count = file.with_name(f".{file.name}.unfinished"), 0
    try:
        with unfinished.open("wb") as out:
            for line in lines:
                out.write(line)
                count += 1
        os.link(unfinished, file)
    except FileExistsError as error:
        raise Failed(f"{file} is there already: choose another file") from error
    except OSError as error:
        raise Failed(f"{file} can't be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def _read(file: Path, quiet: bool) -> Iterator[bytes]:
    """The lines of a file, with a bar that shows how far it is read."""
    with Progress(*BAR, console=Console(stderr=True), disable=quiet, transient=True) as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)
        with file.open("rb") as lines:
            for line in lines:
                yield line
                progress.advance(task, len(line))


def _shown(lines: Iterable[bytes], total: int, quiet: bool) -> Iterator[bytes]:
    yield from track(lines, "events", total=total, console=Console(stderr=True), disable=quiet, transient=True)


def _verify(file: Path, json: bool) -> None:
    seen = verify(_read(file, json))
    _report(file, seen, json)
    if not seen.sound:
        sys.exit(NOT_SOUND)


def _load(file: Path, json: bool) -> None:
    try:
        with connected(say=say) as log:
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
