"""Output: tables for eyes, JSON for programs, sentences for failures."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

import click
import orjson
from rich.console import Console
from rich.table import Table


class Failed(click.ClickException):
    """What was asked for can't be done. Says in a sentence why, and ends with exit code 2."""

    exit_code = 2


def as_json(value: Any) -> None:
    """Print one line of JSON."""
    click.echo(orjson.dumps(value, default=str).decode())


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> None:
    """Print rows under their names, as wide as the terminal; nothing where there are none."""
    shown = Table(*columns, title=title, box=None, header_style="bold", title_justify="left", pad_edge=False)
    for row in rows:
        shown.add_row(*(_text(cell) for cell in row))
    if shown.row_count:
        Console(highlight=False).print(shown)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, (list, tuple, set, frozenset)):
        return ", ".join(_text(member) for member in cast("Iterable[Any]", cell))
    return str(cell)


def say(sentence: str) -> None:
    """What goes on, to whoever waits; the standard output is for what was asked."""
    click.echo(sentence, err=True)
