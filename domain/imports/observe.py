"""Observing: what the source of an imported history says is recorded at its time, never refused, and held to rules."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import SerializeAsAny, SerializerFunctionWrapHandler, model_serializer

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import TimeQuality
from domain.imports.import_events import ORIGIN
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.values import Fact


class Observation(Fact):
    """Something that a source says happened, in words that the domain knows."""

    said_as: ClassVar[str]

    @model_serializer(mode="wrap")
    def _named(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """With its name, so that two that only differ in what they say are not taken for the same words."""
        return {"said_as": self.said_as, **fields(self)}

    @abstractmethod
    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        """What follows, each event in force before the next is asked for; nothing where it was known already."""


class Observe(ProjectCommand, listed=False):
    """Record all that a source says happened to a project at one moment, in its order; for imports alone.

    Raises `Rejected` only where this is older than what was recorded before: then it is another history.
    """

    called: ClassVar[str] = "observe"
    quality: TimeQuality = "exact"
    said: tuple[SerializeAsAny[Observation], ...]

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        now = context.now
        if not context.origin.startswith(ORIGIN):
            raise Rejected("only an import observes: report what happened, or ask for what is to be permitted")
        if state.told_until and now < state.told_until:
            raise Rejected(
                f"history changed: this is of {now:%Y-%m-%d %H:%M}, and {state.told_until:%Y-%m-%d %H:%M} UTC "
                "was recorded before it: import the changed history under another name"
            )
        for observation in self.said:
            for event in observation.follows(state, context):
                yield DecidedEvent(event, context.role, now, self.quality)
