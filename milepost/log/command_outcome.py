"""Commands at the edge of the log: what is asked, what is answered, and how one command is decided."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import orjson

from domain.command import Command
from domain.event import CATEGORIES
from milepost.log.preconditions import UNCONDITIONAL, Precondition

KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_STREAM = re.compile(rf"([a-z]+)(?:-({KEY.pattern}))?")
_TOKEN = re.compile(r"[\x21-\x7e]{1,200}")
_KEYLESS = ("directory", "ledger", "log")  # of these there is one stream
DEFAULT_POLICY = "default"


class Invalid(ValueError):
    """This can't be asked for at all. Says the place and the way out."""


class Conflict(Exception):
    """The stream is at another version than was expected; nothing happened."""

    def __init__(self, stream: str, expected: Precondition, found: int) -> None:
        super().__init__(expected.refusal(stream, found))
        self.found = found


class KeyReused(Exception):
    """This command id was used for something else; nothing happened now."""


class Unavailable(Exception):
    """The log can't be written to at the moment; the same command id may be asked again, and settles what happened."""


@dataclass(frozen=True, slots=True)
class Request:
    """Commands to one stream, all or nothing: who asks, in which role, how that was made sure.

    `command` is the id that the caller gave, if any; `expected` the versions that the stream may have. `policy` names
    the policy of a project that is new. In a stream that is not live, `at` is the moment of its source.
    """

    stream: str
    commands: tuple[Command, ...]
    who: str
    role: str | None = None
    auth: str = "unauthenticated"
    origin: str = "live"
    command: str | None = None
    correlation: str | None = None
    causation: str | None = None
    expected: Precondition = UNCONDITIONAL
    policy: str = DEFAULT_POLICY
    at: datetime | None = None

    def __post_init__(self) -> None:
        place = _STREAM.fullmatch(self.stream)
        if not place or place[1] not in CATEGORIES or (place[2] is None) != (place[1] in _KEYLESS):
            raise Invalid(
                f"stream: {self.stream!r} is not CATEGORY-KEY with a key like pay-2 (a-z, 0-9, and ._- inside)"
            )
        self._demand(KEY, ("who", "role"), "a key like ada (a-z, 0-9, and ._- inside)")
        self._demand(_TOKEN, ("command", "correlation", "causation"), "1 to 200 visible ASCII characters")
        if (self.at is None) != (self.origin == "live"):
            raise Invalid("at: what is live has the service's moment, everything else that of its source")
        wrong = next((command for command in self.commands if command.belongs_to != place[1]), None)
        if wrong is not None:
            raise Invalid(f"{wrong.called} is a command to a {wrong.belongs_to}, and {self.stream} is a {place[1]}")

    def _demand(self, form: re.Pattern[str], names: Iterable[str], words: str) -> None:
        for name in names:
            value = getattr(self, name)
            if value is not None and not form.fullmatch(value):
                raise Invalid(f"{name}: expected {words}, found {value!r}")

    @property
    def digest(self) -> bytes:
        """SHA-256 of what is asked: the same for the same words, whoever's serialiser wrote them."""
        words = [[command.called, command.model_dump(mode="json", exclude_unset=True)] for command in self.commands]
        asked = [self.stream, self.role, self.expected.canonical, words]
        return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()


class Written(NamedTuple):
    """One event that a command wrote."""

    id: str
    kind: str
    stream: str
    version: int


Status = Literal["accepted", "rejected", "refused"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command was answered, for ever: what it wrote, or why it may not be, in a sentence.

    `version` is that of the stream afterwards, `position` that of the log. `results` are those of the controls that
    kept a gate shut.
    """

    status: Status
    command: str
    stream: str
    version: int
    position: int
    sentence: str | None = None
    events: tuple[Written, ...] = ()
    results: tuple[dict[str, Any], ...] = ()

    def encode(self) -> bytes:
        """Canonical JSON."""
        fields = {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}
        return orjson.dumps(fields | {"events": [list(event) for event in self.events]}, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def decode(cls, data: bytes) -> "Outcome":
        fields: dict[str, Any] = orjson.loads(data)
        events: Iterable[list[Any]] = fields.pop("events", ())
        results = tuple(fields.pop("results", ()))
        return cls(**fields, events=tuple(Written(*event) for event in events), results=results)
