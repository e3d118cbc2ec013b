"""Decisions on the request for change, by each required body in the policy's order."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.controls.evaluation import evaluate
from domain.event import Recorded
from domain.lifecycle import Act, Phase
from domain.planning.rfc import RfcSubmitted
from domain.planning.rfc_decision import Body, RfcDecided, Votes
from domain.policy.policy import GateRule
from domain.reviews.breaches import evaluation_context
from domain.reviews.review_call import at_work
from domain.reviews.rfc_in_go_review import rfc_rule, valid_until
from domain.reviews.voting_rules import minimum_of
from domain.state.authority import acting_as
from domain.state.project import Project, ProjectCommand
from domain.values import Key, Text


class DecideRfc(ProjectCommand, function=Phase.PLANNING):
    """Decide the request for change for a body that the policy requires; the caller must hold its role."""

    rfc: Key
    body: Body
    outcome: Literal["approved", "refused", "returned"] = "approved"
    votes: Votes | None = None
    conditions: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        at_work(state)
        submitted = state.facts.latest(RfcSubmitted, self.rfc)
        if submitted is None:
            raise Rejected(f"rfc: request for change {self.rfc} is not submitted; submit it first (submit-rfc)")
        rule = rfc_rule(state, context)
        if rule is None or self.body not in rule.decided_by:
            bodies = " and ".join(rule.decided_by) if rule else "standing approval"
            raise Rejected(f"body: {self.body} does not decide {state.column} changes; {bodies} does")
        role = acting_as(state, context, (self.body,), f"decide request for change {self.rfc}")
        self._not_their_own(submitted, context)
        self._in_order(state, rule, submitted, context)
        if self.outcome == "approved":
            self._voted(rule, minimum_of(state, rule), state.team.members(self.body, context.now))
            self._kept(state, context)
        elif self.reason is None:
            raise Rejected(f"reason: the outcome {self.outcome} needs a reason")
        known = state.facts.latest(RfcDecided, f"{self.rfc}/{self.body}")
        ended = known is not None and self.outcome == "approved" and not known.event.holds(context.now)
        if known is None or known.version < submitted.version or known.event.outcome != self.outcome or ended:
            yield DecidedEvent(self._decision(rule, context), role)

    def _not_their_own(self, submitted: Recorded[RfcSubmitted], context: CommandContext) -> None:
        if context.who in (submitted.who, submitted.event.initiator):
            raise Rejected(
                f"rfc: {context.who} asked for this change and can't decide it; another person must decide it"
            )

    def _in_order(self, project: Project, rule: GateRule, submitted: Recorded[RfcSubmitted], c: CommandContext) -> None:
        for body in rule.decided_by[: rule.decided_by.index(self.body)]:
            answer = project.facts.latest(RfcDecided, f"{self.rfc}/{body}")
            if answer is None or answer.version < submitted.version or not answer.event.holds(c.now):
                raise Rejected(f"body: {body} must approve the current version of {self.rfc} first")

    def _kept(self, project: Project, context: CommandContext) -> None:
        shut = [result for result in evaluate(evaluation_context(project, Act.RFC, context)) if result.blocks]
        if shut:
            raise Rejected("; ".join(f"{result.control}: {result.sentence}" for result in shut[:3]))

    def _voted(self, rule: GateRule, minimum: int, members: list[str]) -> None:
        if rule.quorum == 0 or len(rule.required) == 0 or self.body not in ("cab", "emergency-committee"):
            return
        if self.votes is None:
            raise Rejected(
                f"votes: {self.body} decides by vote; give the votes for go, the votes against and the roster"
            )
        votes = self.votes
        if votes.roster < len(members):
            raise Rejected(
                f"votes: the roster has at least {len(members)} members ({', '.join(members[:5])}); correct the roster"
            )
        cast = votes.go + votes.no_go + votes.abstained
        if cast * 1000 < rule.quorum * votes.roster:
            raise Rejected(
                f"votes: {cast} of {votes.roster} voted, but the quorum is {rule.quorum / 10:g} %; collect more votes"
            )
        if votes.go * 1000 < rule.majority * (votes.go + votes.no_go) or votes.go < max(minimum, 1):
            needed = f"approval needs {rule.majority / 10:g} % and at least {max(minimum, 1)} for go"
            raise Rejected(f"votes: {votes.go} for go, {votes.no_go} against: {needed}")

    def _decision(self, rule: GateRule, context: CommandContext) -> RfcDecided:
        return RfcDecided(
            rfc=self.rfc,
            body=self.body,
            outcome=self.outcome,
            votes=self.votes,
            valid_until=valid_until(rule, context) if self.outcome == "approved" else None,
            conditions=self.conditions,
            reason=self.reason,
        )
