"""What a read model is: a pure fold of one stream's events to rows, and the questions that it answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, LiteralString

from domain.event import Recorded
from domain.lifecycle import column_of
from domain.planning.discipline import DisciplineChosen
from domain.portfolio.classification import ChangeClassified
from domain.portfolio.cohort import ProjectReassigned
from domain.portfolio.proposal import ProjectProposed

Key = tuple[Any, ...]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Unread:
    """An event that this release can't tell of: where it stands, which kind it was stored as, and why."""

    stream: str
    version: int
    kind: str
    why: str


@dataclass(frozen=True)
class Query:
    """A question in SQL over read models, each named in braces, with named parameters: `SELECT … FROM {projects}`.

    `{chosen}` stands for the condition that narrows it to a cohort. Where `describes_events`, each row stands for the
    event at its `position`, and the answer has a column `what` more: a sentence on that event.
    """

    sql: LiteralString
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    describes_events: bool = False


@dataclass(frozen=True, eq=False)
class Projection:
    """One read model: the sentence it answers, its columns with their SQL types, and the fold that makes its rows.

    Beside its own columns a row has its `stream` and the `version` of the event that changed it last.
    `key` names the columns that tell the rows of one stream apart, `categories` the streams it is of (none named: all),
    `indexed` the columns that queries look for. One that `appends` makes a row per event and never looks at older ones.
    `unread` tells of an event that can't be read; without it the stream is parked there.
    Values in a `jsonb` column are what JSON has, so that they are the same after they were stored.
    """

    name: str
    version: int
    question: str
    columns: Mapping[str, LiteralString]
    fold: "Callable[[Rows, Recorded], None]"
    key: tuple[str, ...] = ()
    categories: tuple[str, ...] = ("project",)
    indexed: tuple[str, ...] = ()
    appends: bool = False
    unread: "Callable[[Rows, Unread], None] | None" = None

    @property
    def table(self) -> str:
        """Where this version of it is kept."""
        return f"{self.name}_v{self.version}"

    def covers(self, stream: str) -> bool:
        return not self.categories or stream.partition("-")[0] in self.categories


class Rows:
    """The rows of one stream by key, and what the fold remembers beside them; `memory` holds only what JSON has.

    `version` and `position` say where in its stream and in the log the event stands that is being folded. A row is
    never changed in place: `put` makes it anew, and so it is known what is to be written.
    """

    __slots__ = ("_blank", "_key", "_rows", "changed", "memory", "position", "version")

    def __init__(self, projection: Projection, rows: Mapping[Key, Row] | None = None, **memory: Any) -> None:
        self._key, self._blank = projection.key, dict.fromkeys(projection.columns)
        self._rows: dict[Key, Row] = dict(rows or {})
        self.memory: dict[str, Any] = memory
        self.changed: dict[Key, None] = {}
        self.version = 0
        self.position = 0

    def put(self, key: Key = (), **values: Any) -> None:
        """Make a row, or change these of its columns."""
        known = self._rows.get(key)
        if known is None:
            known = self._blank | dict(zip(self._key, key, strict=True))
        self._rows[key] = {**known, **values, "version": self.version}
        self.changed[key] = None

    def __getitem__(self, key: Key) -> Row:
        return self._rows[key]

    def __contains__(self, key: Key) -> bool:
        return key in self._rows

    def get(self, key: Key = ()) -> Row | None:
        return self._rows.get(key)

    def items(self) -> Iterator[tuple[Key, Row]]:
        """Key and row of each, in no order to rely on; rows may be put meanwhile."""
        return iter(list(self._rows.items()))

    def written(self, forget: bool) -> None:
        """What was changed is stored; an appending fold needs it no more."""
        self.changed.clear()
        if forget:
            self._rows.clear()


By = Literal["project_kind", "service", "customer", "portfolio", "category", "rigour", "discipline", "origin"]
"""What figures may be told apart by: `rigour` is the column of the policy that a project is held to."""

GROUPS: Mapping[By, LiteralString] = {
    "project_kind": "project_kind",
    "service": "service",
    "customer": "customer",
    "portfolio": "portfolio",
    "category": "category",
    "rigour": "rigour",
    "discipline": "discipline",
    "origin": "origin",
}
COHORT: Mapping[str, LiteralString] = {**dict.fromkeys(GROUPS, "text"), "priority": "text"}
"""What a project counts under, as columns."""

CHOSEN: LiteralString = " AND ".join(f"(%({name})s::text IS NULL OR {name} = %({name})s)" for name in GROUPS.values())
"""The condition that narrows a query to a cohort, `{chosen}` in its text; `chosen` makes its parameters."""


def chosen(**given: str | None) -> dict[str, Any]:
    """The parameters of `CHOSEN`. Raises `TypeError` for what is no attribute of a cohort."""
    unknown = given.keys() - GROUPS.keys()
    if unknown:
        raise TypeError(f"no attribute of a cohort: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    return {**dict.fromkeys(GROUPS), **given}


def cohort(rows: Rows, recorded: Recorded) -> dict[str, Any]:
    """What a project counts under from this event on, remembered by the fold; empty before it was proposed."""
    known: dict[str, Any] = rows.memory.setdefault("cohort", {})
    if type(recorded.event) not in _COHORT_CHANGES:
        return known
    match recorded.event:
        case ProjectProposed() as proposed:
            named = ("project_kind", "service", "customer", "portfolio")
            known |= dict.fromkeys(COHORT) | {name: getattr(proposed, name) for name in named}
            known["origin"] = recorded.origin
        case ChangeClassified(category=category, priority=priority):
            known |= {"category": category, "priority": priority, "rigour": column_of(category, priority)}
        case DisciplineChosen(discipline=discipline):
            known["discipline"] = discipline
        case ProjectReassigned(attribute=attribute, new=new) if attribute in COHORT:
            known[attribute] = new
        case _:
            pass
    return known


_COHORT_CHANGES = {ProjectProposed, ChangeClassified, DisciplineChosen, ProjectReassigned}
