"""Candidates: what was put together to be released, and which of them was chosen."""

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
    """A release candidate was put together from every component needed (MOF 4.0, Stabilize SMF: process 1).

    Each one is an interim milestone. Raises `Rejected` where the candidate is known by another digest.
    """

    candidate: Key
    digest: Digest
    build: Key | None = None
    components: Annotated[tuple[Name, ...], Field(max_length=100)] = ()

    def check(self, project: Project, context: CommandContext) -> None:
        known = project.facts.latest(CandidateBuilt, self.candidate)
        if known and known.event.digest != self.digest:
            raise Rejected(
                f"digest: candidate {self.candidate} has other bytes already, give the new one an id of its own"
            )


class CandidateChosen(
    ProjectFact,
    kind="candidate.chosen/1",
    function=Phase.STABILIZE,
    command="choose-candidate",
    evidence=(Gate.RELEASE_READY,),
):
    """One candidate, by its digest, is the one to be released: the golden release (MSF, Release Candidates)."""

    candidate: Key
    digest: Digest

    def check(self, project: Project, context: CommandContext) -> None:
        if known_candidate(project, self.candidate).event.digest != self.digest:
            raise Rejected(
                f"digest: candidate {self.candidate} was built with other bytes, choose it by its own digest"
            )


def known_candidate(project: Project, candidate: Key) -> Recorded[CandidateBuilt]:
    """The record of this candidate. Raises `Rejected` where there is none."""
    known = project.facts.latest(CandidateBuilt, candidate)
    if known is None:
        raise Rejected(f"candidate: {candidate} was never built, record it first")
    return known


def chosen_candidate(project: Project) -> Recorded[CandidateChosen] | None:
    """The candidate that was chosen last."""
    return project.facts.latest(CandidateChosen)
