"""Output: tables for people, tab-separated values for pipes, JSON for programs, sentences for failures."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO, cast

import click
import orjson

from milepost.cli.printable import escaped, printable, safe_json

Rows = Iterable[Sequence[Any]]
CUT_OFF = "there is more: go on with --after {}"


class Failed(click.ClickException):
    """What was asked for can't be done. Says in a sentence why, and ends with exit code 2."""

    exit_code = 2

    def format_message(self) -> str:
        return printable(self.message)


def as_json(value: Any, out: TextIO | None = None) -> None:
    """Print one line of JSON to the standard output or another; ASCII alone where that takes nothing else."""
    stream = sys.stdout if out is None else out
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower()
    _write(stream, safe_json(orjson.dumps(value, default=str).decode(), ascii_only=not encoding.startswith("utf")))


def print_line(text: str) -> None:
    """Print a sentence in a line of its own, whatever it contains."""
    _write(sys.stdout, printable(text))


def print_lines(text: str) -> None:
    """Print text of our own that has several lines."""
    for part in text.split("\n"):
        print_line(part)


def say(text: str) -> None:
    """Print a sentence to the standard error: progress and remarks; the standard output is for what was asked."""
    _write(sys.stderr, printable(text))


def remark(text: str) -> None:
    """Print a sentence that goes with a table: beside it for people, to the standard error where programs read."""
    (print_line if is_terminal() else say)(text)


def is_terminal() -> bool:
    """Whether people read the standard output."""
    return sys.stdout.isatty()


def table(columns: Sequence[str], rows: Rows, optional: Sequence[str] = ()) -> None:
    """Print rows under their names: for people as wide as the terminal, else as tab-separated values with a header.

    A terminal that is too narrow leaves out the `optional` columns, the last of them first, and says so.
    """
    if is_terminal():
        from milepost.cli.terminal_table import draw  # here, as rich takes as long to import as most commands to run

        draw(columns, [[_shown(cell) for cell in row] for row in rows], optional)
    else:
        _write_values(columns, rows)


def grouped_table(columns: Sequence[str], groups: Iterable[tuple[str, Rows]]) -> None:
    """Print several tables of the same columns: for people each under its title, else one whose first column is it."""
    if not is_terminal():
        _write_values(("group", *columns), [(title, *row) for title, rows in groups for row in rows])
        return
    for title, rows in groups:
        if found := list(rows):
            _write(sys.stdout, f"\n{title}")
            table(columns, found)


def _write_values(columns: Sequence[str], rows: Rows) -> None:
    lines = ("\t".join(escaped(_exact(cell)) for cell in row) for row in (columns, *rows))
    _write(sys.stdout, "\n".join(lines))


def _write(stream: TextIO, text: str) -> None:
    """Write text and a line's end at once; `click.echo` writes UTF-8 even where the terminal takes none."""
    stream.write(f"{text}\n")
    stream.flush()


def _shown(cell: Any) -> str:
    """A value for people: moments to the minute."""
    return printable(f"{cell.astimezone(UTC):%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else _joined(cell, _shown))


def _exact(cell: Any) -> str:
    """A value for programs: moments as in the API, which every command takes back."""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return _joined(cell, _exact)


def _joined(cell: Any, of: Any) -> str:
    if isinstance(cell, (list, tuple, set, frozenset)):
        return ", ".join(of(member) for member in cast("Iterable[Any]", cell))
    return "" if cell is None else str(cell)
