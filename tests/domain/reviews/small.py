"""A small policy and a small project, on which each rule of reviews can be looked at alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain.codec import written
from domain.envision.risks import RiskAssessed
from domain.event import Event
from domain.lifecycle import MILESTONES, Act, Column, Gate, gates_before
from domain.policy.policy import AuthorityRule, ByColumn, ControlRule, GateRule, Policy, Severity, Times, WaiverRule
from domain.reviews.decisions import DecideReview
from domain.reviews.milestones import milestone
from domain.reviews.review_call import CallReview
from domain.reviews.signoffs import GiveSignoff
from domain.state.project import fold
from tests.conftest import Act as Said
from tests.conftest import event_id, history, rulebook_of
from tests.domain.openings import PROPOSED, classified, holds
from tests.domain.story import Story

PAST = (
    PROPOSED,
    classified("significant", authority="change-manager"),
    holds("omar", "solution-manager"),
    holds("grace", "customer"),
    holds("linus", "tester"),
)
"""Ada requested it, Omar decides, Grace and Linus sign; the events have the versions 1 to 5."""

ENVISIONED = (Gate.ENVISIONED,)
RISK = RiskAssessed(risk="r1", statement="it rains", owner="ada")


def rule(control: str, *at: Gate | Act, severity: Severity = "block", **more: Any) -> ControlRule:
    """How strict a control is held for significant changes."""
    return ControlRule(control=control, at=at, severity=ByColumn(significant=severity, emergency=severity), **more)


def gate(at: Gate | str, *required: str, column: Column = "significant", **more: Any) -> GateRule:
    """Who signs at a gate, decided by the Solution Manager where nobody else is named."""
    told = {"decided_by": ("solution-manager",), **more}
    return GateRule.model_validate({"gate": at, "column": column, "required": required, **told})


def authority(act: str, *roles: str) -> AuthorityRule:
    return AuthorityRule.model_validate({"act": act, "roles": {"significant": roles, "emergency": roles}})


SIGNED = gate(Gate.ENVISIONED, "customer", "tester")


def policy_of(*rules: ControlRule | GateRule | AuthorityRule | WaiverRule | Times, **more: Any) -> Policy:
    """A policy of these rules; each gate that isn't named is decided by the Solution Manager without sign-offs."""
    named = {each.gate for each in rules if isinstance(each, GateRule)}
    open_gates = tuple(gate(each) for each in Gate if each not in named)

    def of(kind: type) -> Sequence[Any]:
        return tuple(each for each in rules if isinstance(each, kind))

    return Policy(
        name="small",
        version=1,
        controls=tuple(of(ControlRule)),
        gates=(*of(GateRule), *open_gates),
        authorities=tuple(of(AuthorityRule)),
        waivers=tuple(of(WaiverRule)),
        times=tuple(of(Times)),
        **more,
    )


def begun(policy: Policy, *acts: Event | Said, past: tuple[Event | Said, ...] = PAST) -> Story:
    """The small project, held to a policy, after these events besides."""
    told = history(*past, *acts, policy=policy.label)
    return Story(policy, rulebook_of(policy), fold(told), told[-1].recorded_at, events=told)


def reached(story: Story, *gates: Gate) -> Story:
    """These milestones were reached before, whatever they stood on."""
    for each in gates:
        [event] = history(milestone(each)(basis="reviewed", attempt=1))
        past = replace(event, version=story.project.version + 1, id=event_id(800_000 + story.project.version))
        story.events.append(written(past))
        story.project.apply(story.events[-1])
    return story


def called(story: Story, *gates: Gate, review: str = "r", by: str = "ada") -> Story:
    """A review over these gates, the milestones before them reached."""
    before = gates_before(gates[0]) if gates else ()
    reached(story, *(each for each in before if each in MILESTONES and not story.project.gates.passed(each)))
    story.do(CallReview(review=review, gates=gates or ENVISIONED), by=by)
    return story


def sign(story: Story, *names: str, review: str = "r") -> Story:
    """These sign for go, each in the role that they hold."""
    for name in names:
        story.do(GiveSignoff(review=review), by=name)
    return story


def decide(story: Story, review: str = "r", **more: Any) -> list[str]:
    return story.do(DecideReview(review=review, **more), by="omar")
