"""The request for change (RFC) and its change window."""

from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.lifecycle import Gate, Phase
from domain.planning.rfc_decision import RfcDecided
from domain.state.project import Project, ProjectFact
from domain.values import Count, Document, Fact, Key, Moment, Person, Text

Things = Annotated[tuple[Key, ...], Field(max_length=100)]


class Window(Fact):
    """A change window: from `opens` (included) to `closes` (excluded)."""

    opens: Moment
    closes: Moment


class RfcSubmitted(
    ProjectFact,
    kind="rfc.submitted/1",
    function=Phase.PLANNING,
    command="submit-rfc",
    part="rfc",
    evidence=(Gate.PLAN_APPROVED, Gate.RELEASE_READY),
):
    """A request for change was submitted: services, configuration items, downtime, rollback (MOF, Planning SMF).

    `initiator` is who wants the change, if it is not the submitter.
    """

    rfc: Key
    services: Things = ()
    configuration_items: Things = ()
    users_affected: Count | None = None
    downtime_minutes: Count | None = None
    window_wanted: Window | None = None
    rollback: Document | None = None
    initiator: Person | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        _must_open_first(self.window_wanted)

    def asks_again(self, project: Project, context: CommandContext) -> bool:
        """Whether the last decision was no approval, or has expired: then the same request is recorded again."""
        answers = [a for a in project.facts.parts(RfcDecided).values() if a.event.rfc == self.rfc]
        return any(not answer.event.holds(context.now) for answer in answers)


class RfcScheduled(
    ProjectFact,
    kind="rfc.scheduled/1",
    function=Phase.PLANNING,
    command="schedule-rfc",
    part="rfc",
    evidence=(Gate.RELEASE_READY,),
):
    """The change was scheduled in a window (MOF 4.0, Change and Configuration, step 4); in a freeze by an exception."""

    rfc: Key
    window: Window
    freeze_exception: Text | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(RfcSubmitted, self.rfc) is None:
            raise Rejected(f"rfc: request for change {self.rfc} is not submitted; submit it first (submit-rfc)")
        _must_open_first(self.window)


def _must_open_first(window: Window | None) -> None:
    if window and window.closes <= window.opens:
        raise Rejected("window: it closes before it opens; give a later closing time")
