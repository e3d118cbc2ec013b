"""Decision on the request for change together with the go review, where the policy joins them in one sign-off."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.command import CommandContext
from domain.event import Recorded
from domain.lifecycle import Gate
from domain.planning.rfc import RfcSubmitted
from domain.planning.rfc_decision import RfcDecided
from domain.policy.policy import GateRule
from domain.state.project import Project
from domain.values import Moment


def rfc_rule(project: Project, context: CommandContext) -> GateRule | None:
    return context.policy.gate("rfc", project.column)


def valid_until(rule: GateRule, context: CommandContext) -> Moment | None:
    hours = rule.expires_hours
    return context.now + timedelta(hours=hours) if hours is not None else None


def pending_rfc(project: Project, now: datetime) -> Recorded[RfcSubmitted] | None:
    """The newest request for change, if it is undecided or its approval has expired."""
    submitted = project.facts.newest(RfcSubmitted)
    if submitted is None:
        return None
    answers = [a for a in project.facts.parts(RfcDecided).values() if a.event.rfc == submitted.event.rfc]
    given = [a.event for a in answers if a.version > submitted.version]
    return None if any(answer.outcome != "approved" or answer.holds(now) for answer in given) else submitted


def joined_rule(project: Project, gates: tuple[Gate, ...], context: CommandContext) -> GateRule | None:
    """The rule for the request for change, if a review of these gates also decides it."""
    rule = rfc_rule(project, context)
    if rule is None or rule.mode != "last-signoff" or Gate.RELEASE_READY not in gates:
        return None
    return rule if pending_rfc(project, context.now) else None


def decides_rfc(project: Project, gates: tuple[Gate, ...], context: CommandContext) -> bool:
    """Whether a go review of these gates, decided by this person, also decides the request for change."""
    rule = joined_rule(project, gates, context)
    held = project.team.roles_of(context.who, context.now)
    return rule is not None and held.issuperset(rule.decided_by)


def rfc_approved_with(project: Project, gates: tuple[Gate, ...], context: CommandContext) -> Iterator[RfcDecided]:
    """The approval of the request for change together with a go review, by each required body."""
    submitted = pending_rfc(project, context.now)
    rule = joined_rule(project, gates, context)
    if submitted and rule and decides_rfc(project, gates, context):
        until = valid_until(rule, context)
        for body in rule.decided_by:
            answer = {"rfc": submitted.event.rfc, "body": body, "outcome": "approved", "valid_until": until}
            yield RfcDecided.model_validate(answer)
