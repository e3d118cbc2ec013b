"""Reading projects from the log: as they are, as of a version, as known at a moment, as they were at a moment."""

from dataclasses import dataclass
from datetime import datetime

from domain.command import CommandContext
from domain.event import Recorded
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook
from domain.reviews.corrections import as_it_was
from domain.state.project import Project, fold
from milepost.log.store import Log


class Unknown(LookupError):
    """There is nothing of that name. Says where to look instead."""


@dataclass(frozen=True)
class AsOf:
    """Which state of a project is asked for; nothing set: the newest.

    `version` counts events of its stream, `known_at` is what had been recorded by then, `as_at` what had happened by
    then, by all that is known today.
    """

    version: int | None = None
    known_at: datetime | None = None
    as_at: datetime | None = None


class Reading:
    """Projects and rules, folded from the log when they are asked for."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def history(self, key: str) -> list[Recorded]:
        """The events of a project in order. Raises `Unknown` where there are none."""
        history = self._log.stream(f"project-{key}")
        if not history:
            raise Unknown(f"there is no project {key}: the list is at /v1/projects")
        return history

    def project(self, key: str, as_of: AsOf = AsOf()) -> Project:
        """A project as it is, or as of what is asked for. Raises `Unknown` where it was not there yet."""
        project = _folded(self.history(key), as_of)
        if not project.entry.proposed:
            raise Unknown(f"project {key} had not been proposed then")
        return project

    def rulebook(self, name: str) -> Rulebook:
        """What a policy's stream says. Raises `Unknown` where there is none."""
        rulebook = Rulebook()
        for recorded in self._log.stream(f"policy-{name}"):
            rulebook.apply(recorded)
        if not rulebook.current:
            raise Unknown(f"there is no policy {name}")
        return rulebook

    def command_context(self, project: Project, who: str, role: str | None, now: datetime) -> CommandContext:
        """The command context in which a person asks about a project now."""
        label = project.entry.policy or "default/1"
        rulebook = self.rulebook(label.rpartition("/")[0])
        policy: Policy = rulebook.policy(label)
        return CommandContext(who, now, policy, rulebook, role, origin=project.origin)


def _folded(history: list[Recorded], as_of: AsOf) -> Project:
    if as_of.as_at:
        return as_it_was(history, as_of.as_at)
    return fold(
        recorded
        for recorded in history
        if (as_of.version is None or recorded.version <= as_of.version)
        and (as_of.known_at is None or recorded.recorded_at <= as_of.known_at)
    )
