"""What a writer takes and returns: a request of commands to one stream, and its outcome."""

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


class InvalidRequest(ValueError):
    """The request is malformed. Names the field and what it takes."""


class VersionConflict(Exception):
    """The stream is not at the expected version. Nothing was written."""

    def __init__(self, stream: str, expected: Precondition, found: int) -> None:
        super().__init__(expected.refusal(stream, found))
        self.found = found


class IdempotencyKeyReused(Exception):
    """The idempotency key belongs to another request. Nothing was written."""


class LogUnavailable(Exception):
    """The log can't be written to now. A retry with the same idempotency key is safe and settles what happened."""


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """Commands to one stream, all or nothing.

    `who` acts in `role`, authenticated by `auth`. `command` is the caller's idempotency key, `expected` the
    precondition on the stream's version, `policy` the policy of a new project. `at` is the moment of the source where
    the origin is not live.
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
            raise InvalidRequest(
                f"stream: {self.stream!r} is not CATEGORY-KEY with a key like pay-2 (a-z, 0-9, and ._- inside)"
            )
        self._demand(KEY, ("who", "role"), "a key like ada (a-z, 0-9, and ._- inside)")
        self._demand(_TOKEN, ("command", "correlation", "causation"), "1 to 200 visible ASCII characters")
        if (self.at is None) != (self.origin == "live"):
            raise InvalidRequest(
                "at: a live command takes the time of the service, any other names the time of its source"
            )
        wrong = next((command for command in self.commands if command.belongs_to != place[1]), None)
        if wrong is not None:
            raise InvalidRequest(
                f"{wrong.called} is a command to a {wrong.belongs_to}, and {self.stream} is a {place[1]}"
            )

    def _demand(self, form: re.Pattern[str], names: Iterable[str], words: str) -> None:
        for name in names:
            value = getattr(self, name)
            if value is not None and not form.fullmatch(value):
                raise InvalidRequest(f"{name}: expected {words}, found {value!r}")

    @property
    def digest(self) -> bytes:
        """SHA-256 of the request: equal for equal requests, however they were serialised."""
        words = [[command.called, command.model_dump(mode="json", exclude_unset=True)] for command in self.commands]
        asked = [self.stream, self.role, self.expected.canonical, words]
        return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()


class WrittenEvent(NamedTuple):
    """An event that a command wrote."""

    id: str
    kind: str
    stream: str
    version: int


Status = Literal["accepted", "rejected", "refused"]


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """The outcome of a command, stored for ever: the events it wrote, or why it was rejected or refused.

    `version` is that of the stream afterwards, `position` that of the log. `results` are those of the controls that
    refused a gate.
    """

    status: Status
    command: str
    stream: str
    version: int
    position: int
    sentence: str | None = None
    events: tuple[WrittenEvent, ...] = ()
    results: tuple[dict[str, Any], ...] = ()

    def encode(self) -> bytes:
        """Canonical JSON."""
        fields = {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}
        return orjson.dumps(fields | {"events": [list(event) for event in self.events]}, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def decode(cls, data: bytes) -> "CommandOutcome":
        fields: dict[str, Any] = orjson.loads(data)
        events: Iterable[list[Any]] = fields.pop("events", ())
        results = tuple(fields.pop("results", ()))
        return cls(**fields, events=tuple(WrittenEvent(*event) for event in events), results=results)
