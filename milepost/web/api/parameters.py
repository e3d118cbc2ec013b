"""The query parameters of the API: cursors, filters, and positions to wait for."""

import re
from typing import Annotated, Any

from fastapi import Query
from pydantic import AfterValidator, BeforeValidator, StringConstraints

import domain.commands  # noqa: F401 # pyright: ignore[reportUnusedImport] (with it every kind is known)
from domain.event import CATEGORIES, catalogue
from domain.lifecycle import Category, Phase, ProjectState
from domain.values import LARGEST_INTEGER, Key, Moment

MOST = 200
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+ -]\d\d:\d\d)")
_KEYED = "|".join(CATEGORIES)
WAIT_FOR = rf"^([0-9]{{1,16}}|({_KEYED})(-[a-z0-9][a-z0-9._-]{{0,62}})?:[1-9][0-9]{{0,15}})$"
ORIGIN = r"^(live|simulated|import:[A-Za-z0-9][A-Za-z0-9._-]{0,62})$"


def _moment(given: Any) -> Any:
    """A moment as it stands in an address, where a plus sign is read as a space."""
    if not isinstance(given, str):
        return given
    if not _RFC_3339.fullmatch(given):
        raise ValueError("a moment is written like 2026-11-22T09:30:00Z or 2026-11-22T10:30:00+01:00")
    return f"{given[:-6]}+{given[-5:]}" if given[-6] == " " else given


def _kind(given: str) -> str:
    if not any(given in (kind, kind.rpartition("/")[0]) for kind in catalogue()):
        raise ValueError("there is no such kind: docs/events.md lists them, like risk.assessed/1 or risk.assessed")
    return given


WaitFor = Annotated[
    str | None,
    Query(
        pattern=WAIT_FOR,
        description="Answer only once the read model contains this: a position of the log, like 1234, or a version of "
        "a stream, like project-pay-1:7.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many items at most.")]
AfterPosition = Annotated[int, Query(ge=0, le=LARGEST_INTEGER, description="Return what comes after this position.")]
AfterVersion = Annotated[int, Query(ge=0, le=LARGEST_INTEGER, description="Return what comes after this version.")]
AfterKey = Annotated[Key | None, Query(description="Return what comes after this key.")]
KeyFilter = Annotated[Key | None, Query(description="A key, like pay-2.")]
StateFilter = Annotated[ProjectState | None, Query(description="The state of the project.")]
PhaseFilter = Annotated[Phase | None, Query(description="The phase that the project is in.")]
CategoryFilter = Annotated[Category | None, Query(description="The change category of the project.")]
Origin = Annotated[str, StringConstraints(pattern=ORIGIN)]
OriginFilter = Annotated[Origin | None, Query(description="The origin: live, simulated or import:NAME.")]
Kind = Annotated[str, StringConstraints(max_length=200), AfterValidator(_kind)]
KindFilter = Annotated[
    Kind | None, Query(description="A kind of event, like risk.assessed/1, or risk.assessed for all.")
]
When = Annotated[
    Annotated[Moment, BeforeValidator(_moment)] | None,
    Query(description="A moment with its zone, like 2026-11-22T09:30:00Z."),
]
