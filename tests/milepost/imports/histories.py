"""Small histories of the same shape as the proposals' own, written for the tests."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from domain.imports.observe import Observation, Observe
from milepost.imports import ImportReport, Mapping, People, mapping_from
from milepost.imports.lines import SourceLine, Value
from milepost.imports.translate import Teller
from milepost.imports.units import units_of

EXAMPLES = Path(__file__).parents[3] / "examples"
KEP = mapping_from(EXAMPLES / "kep.toml")
PEOPLE = People(bytes(32))
BEGAN = datetime(2024, 5, 1, 12, tzinfo=UTC)


def change(
    day: int, field: str, becomes: Any, was: Any = None, proposal: str = "77", commit: str = ""
) -> dict[str, Any]:
    """One line: on that day since the beginning a field came to say this; each day is a commit of its own."""
    at = (BEGAN + timedelta(days=day)).isoformat()
    commit = commit or f"commit{day}"
    return {"proposal": proposal, "at": at, "commit": commit, "field": field, "from": was, "to": becomes}


BIRTH = (
    change(0, "title", "Faster pods"),
    change(0, "owning-sig", "sig-node"),
    change(0, "creation-date", "2024-04-20"),
)
"""The first unit of a proposal that is watched from its start."""


def jsonl(path: Path, changes: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(change) + "\n" for change in changes), "utf-8")
    return path


def lines(changes: Iterable[dict[str, Any]]) -> list[SourceLine]:
    return [
        SourceLine(
            number, one["proposal"], datetime.fromisoformat(one["at"]), one["commit"], one["field"],
            _value(one["from"]), _value(one["to"]),
        )
        for number, one in enumerate(changes, 1)
    ]  # fmt: skip


def _value(value: Any) -> Value:
    return tuple(cast("list[str]", value)) if isinstance(value, list) else value


@dataclass
class Told:
    """What a history says, unit after unit, and what becomes of its lines."""

    units: list[Observe | None]
    account: ImportReport

    @property
    def last(self) -> list[Observation]:
        """What the last unit says."""
        unit = self.units[-1]
        return list(unit.said) if unit else []

    @property
    def names(self) -> list[str]:
        return [observation.said_as for observation in self.last]

    def quality(self) -> list[str | None]:
        return [unit.quality if unit else None for unit in self.units]

    def fate(self, number: int) -> tuple[str, str]:
        return self.account.lines.get(number, ("applied", ""))


@dataclass
class Reader:
    """Tells histories by a mapping."""

    mapping: Mapping = field(default_factory=lambda: KEP)

    def __call__(self, *changes: dict[str, Any]) -> Told:
        account = ImportReport()
        teller = Teller(self.mapping, PEOPLE, account)
        return Told([teller.tell(unit) for unit in units_of(lines(changes), self.mapping, account)], account)


tell = Reader()
