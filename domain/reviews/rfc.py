"""Deciding the request for change: by the body that the category asks for, alone or together with the go review."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from domain.command import Circumstances, Decided, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate
from domain.planning.rfc import RfcSubmitted
from domain.planning.rfc_decision import Body, RfcDecided, Votes
from domain.policy import GateRule
from domain.reviews.calling import at_work
from domain.state.authority import acting_as
from domain.state.project import Project, ProjectCommand
from domain.values import Key, Moment, Text


class DecideRfc(ProjectCommand):
    """Decide the request for change for a body that the policy names here; who presides must hold its role."""

    rfc: Key
    body: Body
    outcome: Literal["approved", "refused", "returned"] = "approved"
    votes: Votes | None = None
    conditions: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    reason: Text | None = None

    def decide(self, state: Project, circumstances: Circumstances) -> Iterator[Decided]:
        at_work(state)
        submitted = state.facts.latest(RfcSubmitted, self.rfc)
        if submitted is None:
            raise Rejected(f"rfc: no request for change {self.rfc} was submitted here")
        rule = rfc_rule(state, circumstances)
        if rule is None or self.body not in rule.decided_by:
            bodies = " and ".join(rule.decided_by) if rule else "standing approval"
            raise Rejected(f"body: {state.column} changes are decided by {bodies}")
        acting_as(state, circumstances, (self.body,), f"to decide request {self.rfc}")
        self._not_their_own(submitted, circumstances)
        if self.outcome == "approved":
            self._voted(rule)
        elif self.reason is None:
            raise Rejected(f"reason: a request that is {self.outcome} needs one")
        known = state.facts.latest(RfcDecided, f"{self.rfc}/{self.body}")
        if known is None or known.version < submitted.version or known.event.outcome != self.outcome:
            yield self._decision(rule, circumstances)

    def _not_their_own(self, submitted: Recorded[RfcSubmitted], circumstances: Circumstances) -> None:
        if circumstances.who in (submitted.who, submitted.event.initiator):
            raise Rejected(f"nobody decides their own request: {circumstances.who} asked for this one")

    def _voted(self, rule: GateRule) -> None:
        if rule.quorum == 0 or len(rule.required) == 0 or self.body not in ("cab", "emergency-committee"):
            return
        if self.votes is None:
            raise Rejected(f"votes: {self.body} decides by vote: say how many were for go, against, and on the roster")
        votes = self.votes
        cast = votes.go + votes.no_go + votes.abstained
        if cast * 1000 < rule.quorum * votes.roster:
            raise Rejected(f"votes: {cast} of {votes.roster} voted, the quorum is {rule.quorum / 10:g} %")
        if votes.go * 1000 < rule.majority * (votes.go + votes.no_go) or votes.go < rule.minimum:
            raise Rejected(f"votes: {votes.go} for go and {votes.no_go} against is not {rule.majority / 10:g} %")

    def _decision(self, rule: GateRule, circumstances: Circumstances) -> RfcDecided:
        return RfcDecided(
            rfc=self.rfc,
            body=self.body,
            outcome=self.outcome,
            votes=self.votes,
            valid_until=valid_until(rule, circumstances) if self.outcome == "approved" else None,
            conditions=self.conditions,
            reason=self.reason,
        )


def rfc_rule(project: Project, circumstances: Circumstances) -> GateRule | None:
    return circumstances.policy.gate("rfc", project.column)


def valid_until(rule: GateRule, circumstances: Circumstances) -> Moment | None:
    hours = rule.expires_hours
    return circumstances.now + timedelta(hours=hours) if hours is not None else None


def decides_rfc(project: Project, gates: tuple[Gate, ...], circumstances: Circumstances) -> bool:
    """Whether a go review over these gates, decided by this person, decides the request for change with it."""
    rule = rfc_rule(project, circumstances)
    if rule is None or rule.mode != "last-signoff" or Gate.RELEASE_READY not in gates:
        return False
    presides = project.team.roles_of(circumstances.who, circumstances.now).intersection(rule.decided_by)
    return bool(presides) and pending_rfc(project) is not None


def pending_rfc(project: Project) -> Recorded[RfcSubmitted] | None:
    """The newest request for change, while no body has decided it."""
    submitted = project.facts.newest(RfcSubmitted)
    if submitted is None:
        return None
    answers = [a for a in project.facts.parts(RfcDecided).values() if a.event.rfc == submitted.event.rfc]
    return None if any(answer.version > submitted.version for answer in answers) else submitted


def rfc_approved_with(project: Project, gates: tuple[Gate, ...], circumstances: Circumstances) -> Iterator[RfcDecided]:
    """The approval of the request for change that goes with a go review."""
    submitted, rule = pending_rfc(project), rfc_rule(project, circumstances)
    if submitted is None or rule is None or not decides_rfc(project, gates, circumstances):
        return
    held = project.team.roles_of(circumstances.who, circumstances.now)
    body = next(role for role in rule.decided_by if role in held)
    yield RfcDecided.model_validate(
        {
            "rfc": submitted.event.rfc,
            "body": body,
            "outcome": "approved",
            "valid_until": valid_until(rule, circumstances),
        }
    )
