"""The request for change: what operations is asked to allow, and when it is to take place."""

from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.lifecycle import Gate, Phase
from domain.planning.rfc_decision import RfcDecided
from domain.state.project import Project, ProjectFact
from domain.values import Count, Document, Fact, Key, Moment, Person, Text

Things = Annotated[tuple[Key, ...], Field(max_length=100)]


class Window(Fact):
    """A time in which production may be changed: from `opens` on, before `closes`."""

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
    """Operations was formally asked for a change: what it touches, for how long, the way back (MOF, Planning SMF).

    `initiator` is who wants the change, where that is not who submits the request.
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
        """Whether the last answer was no approval, or one that has ended: then the same words are another request."""
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
    """The change got its window (MOF 4.0, Change and Configuration, step 4), in a freeze only by an exception."""

    rfc: Key
    window: Window
    freeze_exception: Text | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(RfcSubmitted, self.rfc) is None:
            raise Rejected(f"rfc: no request for change {self.rfc} was submitted here: submit it first")
        _must_open_first(self.window)


def _must_open_first(window: Window | None) -> None:
    if window and window.closes <= window.opens:
        raise Rejected("window: it would close before it opens")
