"""Canaries: events that tell nothing but that they came through, so that the whole way can be tried."""

from collections.abc import Iterator
from typing import ClassVar

from domain.command import Command, CommandContext, DecidedEvent
from domain.event import Event
from domain.lifecycle import SupportingFunction
from domain.log_opened import Opening


class CanarySent(Event, kind="log.canary-sent/1", function=SupportingFunction.LOG):
    """Somebody tried whether an event comes through: from the log to every read model, by every part between."""

    belongs_to: ClassVar[str] = "log"


class SendCanary(Command[Opening], listed=False, function=SupportingFunction.LOG):
    """Send a canary; the doctor alone does that."""

    belongs_to: ClassVar[str] = "log"
    called: ClassVar[str] = "send-canary"

    def decide(self, state: Opening, context: CommandContext) -> Iterator[DecidedEvent]:
        yield DecidedEvent(CanarySent(), context.role)
