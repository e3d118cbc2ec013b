"""Release candidates, and the chosen one."""

from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Digest, Key, Name


class CandidateBuilt(
    ProjectFact, kind="candidate.built/1", function=Phase.STABILIZE, command="build-candidate", part="candidate"
):
    """A release candidate was built from all its components (MOF 4.0, Stabilize SMF: process 1).

    Each candidate is an interim milestone. Rejected if it is recorded with another digest.
    """

    candidate: Key
    digest: Digest
    build: Key | None = None
    components: Annotated[tuple[Name, ...], Field(max_length=100)] = ()

    def check(self, project: Project, context: CommandContext) -> None:
        known = project.facts.latest(CandidateBuilt, self.candidate)
        if known and known.event.digest != self.digest:
            raise Rejected(
                f"digest: candidate {self.candidate} is recorded with another digest; "
                "record the new candidate under its own id"
            )


class CandidateChosen(
    ProjectFact,
    kind="candidate.chosen/1",
    function=Phase.STABILIZE,
    command="choose-candidate",
    evidence=(Gate.RELEASE_READY,),
):
    """A candidate was chosen for release, by its digest: the golden release (MSF, Release Candidates)."""

    candidate: Key
    digest: Digest

    def check(self, project: Project, context: CommandContext) -> None:
        if known_candidate(project, self.candidate).event.digest != self.digest:
            raise Rejected(
                f"digest: candidate {self.candidate} is recorded with another digest; give the recorded digest"
            )


def known_candidate(project: Project, candidate: Key) -> Recorded[CandidateBuilt]:
    """The record of this candidate. Raises `Rejected` where there is none."""
    known = project.facts.latest(CandidateBuilt, candidate)
    if known is None:
        raise Rejected(f"candidate: candidate {candidate} is not recorded; record it first (build-candidate)")
    return known


def chosen_candidate(project: Project) -> Recorded[CandidateChosen] | None:
    """The last chosen candidate."""
    return project.facts.latest(CandidateChosen)
