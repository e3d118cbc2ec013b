"""Units: all lines of one project in one change of the source belong together and happen at one moment."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from milepost.imports.lines import SourceLine
from milepost.imports.mapping import Mapping
from milepost.imports.report import ImportReport

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


@dataclass
class Unit:
    """What one change of the source says of one project. `together` is how many projects that change touches."""

    key: str
    name: str
    at: datetime
    together: int = 1
    lines: list[SourceLine] = field(default_factory=list[SourceLine])

    @property
    def numbers(self) -> list[int]:
        return [line.number for line in self.lines]


def units_of(lines: Iterable[SourceLine], mapping: Mapping, account: ImportReport) -> list[Unit]:
    """The units in the order of their first lines; lines of no project, or out of time, are accounted for."""
    units: dict[tuple[str, str], Unit] = {}
    touched: dict[str, set[str]] = defaultdict(set)
    last: dict[str, Unit] = {}
    for line in lines:
        touched[line.unit].add(line.project)
        key = _key(line, mapping, account)
        if key is None:
            continue
        known = units.get((key, line.unit))
        before = last.get(key)
        if known is None and before and line.at < before.at:
            reason = "out of order: an earlier line of the same project is of a later moment"
            account.settle("refused", reason, line.number)
        elif known and line.at != known.at:
            account.settle("refused", "of another moment than the first line of the same unit", line.number)
        else:
            unit = known or units.setdefault((key, line.unit), Unit(key, line.unit, line.at))
            unit.lines.append(line)
            last[key] = unit
    for unit in units.values():
        unit.together = len(touched[unit.name])
    return list(units.values())


def _key(line: SourceLine, mapping: Mapping, account: ImportReport) -> str | None:
    skipped = mapping.project.skip.get(line.project)
    if skipped is not None:
        account.settle("skipped", f"{mapping.columns.project} {line.project}: {skipped}", line.number)
        return None
    found = mapping.key_pattern.fullmatch(line.project)
    if found is None:
        account.settle("refused", f"{mapping.columns.project}: {line.project[:60]!r} is no project's", line.number)
        return None
    key = f"{mapping.project.prefix}{found[1]}"
    if not _KEY.fullmatch(key):
        account.settle(
            "refused", f"{mapping.columns.project}: {key[:60]!r} can't be a key (a-z, 0-9, ._-)", line.number
        )
        return None
    return key
