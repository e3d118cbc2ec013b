"""The command that records observations of an imported history at their own time, never refused, and evaluated."""

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
    """A statement of a source about a project, in terms of the domain."""

    said_as: ClassVar[str]

    @model_serializer(mode="wrap")
    def _named(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Add the observation's name, so that observations of different types with equal fields differ."""
        return {"said_as": self.said_as, **fields(self)}

    @abstractmethod
    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        """The events that follow, each applied before the next is requested; none if nothing is new."""


class Observe(ProjectCommand, listed=False):
    """Record the statements of a source about a project at one moment, in their order; for imports only.

    Raises `Rejected` if they are older than what is already recorded: then the source's history has changed.
    """

    called: ClassVar[str] = "observe"
    quality: TimeQuality = "exact"
    said: tuple[SerializeAsAny[Observation], ...]

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        now = context.now
        if not context.origin.startswith(ORIGIN):
            raise Rejected("observe is for imports only; use the command for the fact or the permission instead")
        if state.told_until and now < state.told_until:
            raise Rejected(
                f"the source's history has changed: this event is of {now:%Y-%m-%d %H:%M} UTC, but events up to "
                f"{state.told_until:%Y-%m-%d %H:%M} UTC are already imported; "
                "import the changed history under another name"
            )
        for observation in self.said:
            for event in observation.follows(state, context):
                yield DecidedEvent(event, context.role, now, self.quality)
