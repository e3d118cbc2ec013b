"""The first event of a log: its identity, at position 1."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from domain.event import Event, Recorded
from domain.lifecycle import SupportingFunction
from domain.values import EventId, Whole

STREAM = "log"
FORMAT: Literal[0] = 0
REVISION = 2
"""The revision of the provisional format: every change of kinds or fields before the format is frozen raises it."""

Origin = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$")]
"""What the operator calls a log, and so the origin of its checkpoints (C2SP tlog-checkpoint): no spaces, no plus."""


class LogOpened(Event, kind="log.opened/1", function=SupportingFunction.LOG):
    """A log was opened, with its id, its operator's name for it, its generation and its format.

    Format 0 is provisional: a release reads a log of its own `revision` alone. A log without one is of revision 1.
    """

    belongs_to: ClassVar[str] = "log"

    log: EventId
    name: Origin
    generation: Annotated[Whole, Field(ge=1)] = 1
    format: Literal[0] = FORMAT
    revision: Annotated[Whole, Field(ge=1)] = 1


@dataclass
class Opening:
    """The state of the stream `log`."""

    version: int = 0
    opened: LogOpened | None = None

    @property
    def held_to(self) -> str | None:
        return None

    def assignment(self, who: str, role: str | None, now: datetime) -> str | None:
        return None

    def apply(self, recorded: Recorded) -> None:
        if recorded.event.belongs_to != STREAM:
            raise TypeError(f"{recorded.event.kind} is no event of the log's own stream")
        if isinstance(recorded.event, LogOpened):
            self.opened = recorded.event
        self.version = recorded.version
