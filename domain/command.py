"""Commands: what a person asks for, in which context, and the ways in which it is turned down."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, Never

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypeVar

from domain.event import Event, TimeQuality
from domain.lifecycle import Function
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook


@dataclass(frozen=True)
class CommandContext:
    """Who gives a command, how they were authenticated, at which moment of the service's clock, under which policy.

    `role` is the role that the caller named. `policy` is the version that the project is held to, `rulebook` the whole
    stream of that policy: other versions, templates of standard changes, freezes.
    """

    who: str
    now: datetime
    policy: Policy
    rulebook: Rulebook
    role: str | None = None
    auth: str = "unauthenticated"
    origin: str = "live"


@dataclass(frozen=True, slots=True)
class DecidedEvent:
    """An event that a command decided, and the role in which the person acts.

    `time` is when it happened, where that is not the moment of the command; `quality` says how exactly it is known.
    """

    event: Event
    role: str | None
    time: datetime | None = None
    quality: TimeQuality = "exact"


def in_role(role: str | None, events: Iterable[Event]) -> Iterator[DecidedEvent]:
    """Decide these events in one role. Each is in force before the next is asked for."""
    return (DecidedEvent(event, role) for event in events)


class Rejected(Exception):
    """A rule forbids the command; nothing is written. The message says what is wrong and what to do."""


class Refused(Exception):
    """The command asks for a gate whose controls are not met.

    `record` is the event that says so, decided in `role`. It is not written where it repeats the last refusal.
    """

    def __init__(self, sentence: str, record: Event, role: str | None, *, repeated: bool) -> None:
        super().__init__(sentence)
        self.record = DecidedEvent(record, role)
        self.repeated = repeated


S_contra = TypeVar("S_contra", contravariant=True, default=Never)


class Command(BaseModel, Generic[S_contra]):
    """What a person asks for in one stream, decided on the state of that stream. Unknown fields are refused.

    A bare `Command` stands for any command: without its state it cannot be decided (see `streams.decide`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    belongs_to: ClassVar[str] = ""
    called: ClassVar[str] = ""
    function: ClassVar[Function]

    def __init_subclass__(cls, *, listed: bool = True, function: Function | None = None, **config: Any) -> None:
        super().__init_subclass__(**config)
        if function:
            cls.function = function
        if listed and "[" not in cls.__name__:
            cls.called = re.sub(r"(?<=.)(?=[A-Z])", "-", cls.__name__).lower()
            if cls.called in _written:
                raise TypeError(f"two commands are called {cls.called!r}")
            if not hasattr(cls, "function"):
                raise TypeError(f"{cls.called} declares no function: add function=Phase.… or SupportingFunction.…")
            _written[cls.called] = cls

    @abstractmethod
    def decide(self, state: S_contra, context: CommandContext) -> Iterator[DecidedEvent]:
        """Yield the events that follow; each is in force before the next is asked for.

        It changes no argument. Raises `Rejected` or `Refused`.
        """


_written: dict[str, type[Command]] = {}


def commands_with_rules() -> Mapping[str, type[Command]]:
    """Every command that is written as a class of its own, by name."""
    return dict(_written)
