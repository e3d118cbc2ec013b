"""Decisions on requests for change: body, votes and validity."""

from datetime import datetime
from typing import Literal

from domain.event import Recorded
from domain.lifecycle import Phase
from domain.state.project import Project, ProjectEvent
from domain.values import Count, Fact, Key, Moment, Text

Body = Literal["change-manager", "cab", "emergency-committee", "executive", "standing"]


class Votes(Fact):
    """The votes of a body; `roster` is the number of its members."""

    go: Count
    no_go: Count = 0
    abstained: Count = 0
    roster: Count


class RfcDecided(ProjectEvent, kind="rfc.decided/1", function=Phase.PLANNING):
    """A request for change was decided by a body that its category requires (MOF, Change, step 4)."""

    rfc: Key
    body: Body
    outcome: Literal["approved", "refused", "returned"]
    votes: Votes | None = None
    valid_until: Moment | None = None
    conditions: tuple[Text, ...] = ()

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.facts.keep(f"{self.rfc}/{self.body}", recorded)

    def holds(self, now: datetime) -> bool:
        """Whether this is an approval that has not expired."""
        return self.outcome == "approved" and (self.valid_until is None or now < self.valid_until)
