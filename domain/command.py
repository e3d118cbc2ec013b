"""A command: what someone asks for, in which context, and that it may be refused."""

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypeVar

from domain.event import Event, TimeQuality
from domain.lifecycle import Function
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook


@dataclass(frozen=True)
class CommandContext:
    """Who asks, in which role, how that was made sure, at which moment of the service's clock, under which rules.

    `role` is the one that they named, `inferred` what deciding found instead. `policy` is the version that the
    project is held to; `rulebook` is all that the policy's stream says by now: other versions, templates of standard
    changes, freezes.
    """

    who: str
    now: datetime
    policy: Policy
    rulebook: Rulebook
    role: str | None = None
    auth: str = "unauthenticated"
    origin: str = "live"
    inferred: list[str] = field(default_factory=list[str], compare=False)

    @property
    def acting(self) -> str | None:
        """The role that they act in: the one that the command needed, else the one that they named."""
        return self.inferred[-1] if self.inferred else self.role

    def infer(self, role: str) -> str:
        """Know from here on that this is the role the command is asked in, so that its events say so."""
        self.inferred.append(role)
        return role


@dataclass(frozen=True)
class Told:
    """An event that happened at another time than it is written, and how well that time is known."""

    event: Event
    time: datetime
    quality: TimeQuality


Decided = Event | Told


class Rejected(Exception):
    """The command may not be carried out; nothing happened. Says why in a sentence."""


class Refused(Exception):
    """A gate was asked for and stays shut. What kept it shut is an event, unless it repeats the last refusal."""

    def __init__(self, sentence: str, record: Event, repeated: bool) -> None:
        super().__init__(sentence)
        self.record = record
        self.repeated = repeated


S = TypeVar("S", default=Any)


class Command(BaseModel, Generic[S]):
    """A wish, directed at one stream. Unlike a reader of events, it allows no field it doesn't know."""

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
    def decide(self, state: S, context: CommandContext) -> Iterator[Decided]:
        """What follows. Each event is in force before the next is asked for. Raises `Rejected` or `Refused`."""


_written: dict[str, type[Command]] = {}


def commands_with_rules() -> Mapping[str, type[Command]]:
    """Every command that is written as a class of its own, by name."""
    return dict(_written)
