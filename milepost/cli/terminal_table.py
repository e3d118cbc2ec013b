"""Tables on a terminal: columns that fit its width, or one line for each value where no layout of columns does."""

import sys
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP = 2
LONGEST_WORD, LEAST_PROSE, MOMENT_WORDS = 28, 18, 2
"""Cells: what is longer may be broken, and a column of several words is not made narrower."""

Cells = Sequence[Sequence[str]]


def draw(columns: Sequence[str], rows: Cells, optional: Sequence[str] = ()) -> None:
    """Print a table on the standard output, nothing where there are no rows; text is never markup."""
    if not rows:
        return
    console, omitted = Console(highlight=False), list[str]()
    kept = list(columns)
    while (widths := fit(_pick(columns, rows, kept), console.width)) is None and len(omitted) < len(optional):
        omitted.append(optional[-1 - len(omitted)])
        kept.remove(omitted[-1])
    if widths:
        console.print(_as_table(_pick(columns, rows, kept), widths))
    else:
        _print_records(console, columns, rows)
        omitted = []
    if omitted:
        sys.stderr.write(f"left out as the terminal is narrow: {', '.join(reversed(omitted))}\n")


def fit(cells: Cells, width: int) -> list[int] | None:
    """The width of each column so that all fit side by side without breaking words; None where they can't.

    `cells` begin with the header. What is missing is taken from the widest column that can still give.
    """
    by_column = list(zip(*cells, strict=True))
    widths = [max(map(cell_len, column)) for column in by_column]
    least = [min(wide, _least(column)) for wide, column in zip(widths, by_column, strict=True)]
    room = width - GAP * (len(widths) - 1)
    while sum(widths) > room:
        giving = [place for place, wide in enumerate(widths) if wide > least[place]]
        if not giving:
            return None
        widths[max(giving, key=lambda place: widths[place])] -= 1
    return widths


def _least(column: Sequence[str]) -> int:
    longest = max((cell_len(word) for cell in column for word in cell.split()), default=1)
    prose = max((len(cell.split()) for cell in column[1:]), default=0) > MOMENT_WORDS
    return max(min(longest, LONGEST_WORD), LEAST_PROSE if prose else 1)


def _pick(columns: Sequence[str], rows: Cells, kept: Sequence[str]) -> list[list[str]]:
    places = [columns.index(name) for name in kept]
    return [[row[place] for place in places] for row in (columns, *rows)]


def _as_table(cells: Cells, widths: Sequence[int]) -> Table:
    [header, *rows] = cells
    shown = Table(box=None, header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0), collapse_padding=True)
    for name, width, column in zip(header, widths, zip(*rows, strict=True), strict=True):
        numbers = all(cell.replace(".", "", 1).isdecimal() for cell in column if cell)
        shown.add_column(
            Text(name), width=width, overflow="fold", justify="right" if numbers and any(column) else "left"
        )
    for row in rows:
        shown.add_row(*map(Text, row))
    return shown


def _print_records(console: Console, columns: Sequence[str], rows: Cells) -> None:
    """Print each row as lines of name and value, an empty line between two rows."""
    for number, row in enumerate(rows):
        record = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
        record.add_column(style="bold", no_wrap=True)
        record.add_column(overflow="fold")
        for name, cell in zip(columns, row, strict=True):
            if cell:
                record.add_row(Text(name), Text(cell))
        if number:
            console.print()
        console.print(record)
