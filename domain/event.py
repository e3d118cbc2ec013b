"""An event: a frozen fact with a name that outlives the code, and what is known of its happening."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, cast

from typing_extensions import TypeVar

from domain.lifecycle import Function
from domain.values import Fact, Text

TimeQuality = Literal["exact", "reported", "at-latest", "inferred"]

CATEGORIES: Mapping[str, str] = {
    "project": "projects",
    "portfolio": "portfolios",
    "policy": "policies",
    "effectiveness": "effectiveness",
    "directory": "directory",
    "access": "access",
    "import": "imports",
    "reconciliation": "reconciliations",
    "ledger": "ledger",
    "log": "log",
}
"""The closed list of categories of streams, and how each is spelt in an event's source."""


class Event(Fact):
    """Something that happened. Its `kind` is stored; its class and module are not."""

    kind: ClassVar[str] = ""
    belongs_to: ClassVar[str] = ""
    function: ClassVar[Function]

    reason: Text | None = None

    def __init_subclass__(
        cls,
        *,
        kind: str = "",
        function: Function | None = None,
        upcasts: Mapping[str, "Upcast"] | None = None,
        **config: Any,
    ) -> None:
        super().__init_subclass__(**config)
        if function:
            cls.function = function
        if not kind:
            return
        cls.kind = kind
        _register(kind, cls, None)
        for older, upcast in (upcasts or {}).items():
            _register(older, cls, upcast)

    @classmethod
    def cloudevents_type(cls) -> str:
        """The CloudEvents `type`: `milepost.project.plan-approved.v1` for `project.plan-approved/1`."""
        return type_of(cls.kind)


Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the data of an older kind into that of the newest one."""


@dataclass(frozen=True)
class Kind:
    """How data stored under one kind is read: as which event, and through which upcast."""

    event: type[Event]
    upcast: Upcast | None


_catalogue: dict[str, Kind] = {}
_types: dict[str, Kind] = {}


def _register(kind: str, event: type[Event], upcast: Upcast | None) -> None:
    if kind in _catalogue:
        raise TypeError(f"two events are called {kind!r}: {_catalogue[kind].event} and {event}")
    if not hasattr(event, "function"):
        raise TypeError(f"{kind} declares no function: add function=Phase.… or SupportingFunction.…")
    _catalogue[kind] = _types[type_of(kind)] = Kind(event, upcast)


def catalogue() -> Mapping[str, Kind]:
    """Every kind of event that can be read, older kinds included."""
    return dict(_catalogue)


def kind_named(kind: str) -> Kind | None:
    """How one kind is read, or None where this release doesn't know it."""
    return _catalogue.get(kind)


def kind_of_type(type_: str) -> Kind | None:
    """How a CloudEvents `type` is read, or None where this release doesn't know it."""
    return _types.get(type_)


def type_of(kind: str) -> str:
    name, _, version = kind.rpartition("/")
    return f"milepost.{name}.v{version}"


def kind_of(type_: str) -> str:
    name, _, version = type_.removeprefix("milepost.").rpartition(".v")
    return f"{name}/{version}"


E_co = TypeVar("E_co", bound=Event, default=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E_co]):
    """An event with who, when, under what, its place in its stream, and the bytes it is kept as.

    `time` is when it happened, `recorded_at` when it was written; both UTC. `assignment` is the id of the
    event that granted the acting role. `data` is empty only until the event has been encoded.
    """

    id: str
    log: str
    stream: str
    version: int
    event: E_co
    time: datetime
    recorded_at: datetime
    who: str
    command: str
    correlation: str
    time_quality: TimeQuality = "exact"
    role: str | None = None
    assignment: str | None = None
    auth: str = "unauthenticated"
    causation: str | None = None
    policy: str | None = None
    origin: str = "live"
    data: bytes = b""

    @property
    def key(self) -> str:
        """The id of the stream within its category: a project's KEY."""
        return self.stream.partition("-")[2]

    @property
    def leaf(self) -> bytes:
        """The hash by which the ledger knows this event: SHA-256 of a zero byte and its bytes (RFC 6962 §2.1)."""
        return hashlib.sha256(b"\0" + self.data).digest()

    @property
    def measured_at(self) -> datetime:
        """The time that durations are measured on: the service's own for live events, the source's for all others."""
        return self.recorded_at if self.origin == "live" else self.time


E = TypeVar("E", bound=Event)


def only(kind: type[E], recorded: Recorded) -> "Recorded[E] | None":
    """The same record, known to be of this kind, or None."""
    return cast("Recorded[E]", recorded) if isinstance(recorded.event, kind) else None
