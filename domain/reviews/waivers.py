"""Waivers: authorized, time-limited exemptions from a control, with a compensating measure."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.controls.control import controls
from domain.event import Recorded
from domain.lifecycle import Gate, SupportingFunction
from domain.policy.policy import WaiverRule
from domain.state.authority import acting_as
from domain.state.gates import PendingRequest, Waiver
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.values import Key, Moment, Role, Text


class WaiverRequested(ProjectEvent, kind="waiver.requested/1", function=SupportingFunction.REVIEW):
    """A waiver of one control at one gate was requested, with a compensating measure."""

    waiver: Key
    control: Key
    gate: Gate
    compensating_measure: Text
    until: Moment

    def evolve(self, project: Project, recorded: Recorded) -> None:
        asked = Waiver(self.waiver, self.control, self.gate, recorded.who, recorded.version, self.until)
        waiver = project.gates.waivers.setdefault(self.waiver, asked)
        waiver.pending = PendingRequest(recorded.who, self.until)
        if waiver.state == "refused":
            waiver.state = "asked"


class WaiverDecided(ProjectEvent, kind="waiver.decided/1", function=SupportingFunction.REVIEW):
    """A waiver was granted, refused or revoked, by whom and until when."""

    waiver: Key
    outcome: Literal["granted", "refused", "revoked"]
    until: Moment | None = None
    by_role: Role
    conditions: tuple[Text, ...] = ()

    def evolve(self, project: Project, recorded: Recorded) -> None:
        waiver = project.gates.waivers[self.waiver]
        if self.outcome == "granted":
            waiver.renewals += waiver.granted_by is not None
            waiver.asked_by = waiver.pending.by if waiver.pending else waiver.asked_by
            waiver.until, waiver.granted_by, waiver.granted_as = self.until, recorded.who, self.by_role
        if self.outcome != "refused" or waiver.state != "granted":
            waiver.state, waiver.version = self.outcome, recorded.version
        waiver.pending = None


class RequestWaiver(ProjectCommand, function=SupportingFunction.REVIEW):
    """Request a waiver of a control at a gate. A further request for the same control and gate is a renewal."""

    waiver: Key
    control: Key
    gate: Gate
    compensating_measure: Text
    until: Moment
    reason: Text

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        rule = waiver_rule(state, context)
        _waivable(state, self.control, context)
        known = state.gates.waivers.get(self.waiver)
        if known and (known.control, known.gate) != (self.control, self.gate):
            raise Rejected(
                f"waiver: the id {self.waiver} is used for {known.control} at {known.gate}; choose another id"
            )
        if known and known.pending:
            if known.pending.until == self.until:
                return
            raise Rejected(f"waiver: {self.waiver} is already requested and not decided; wait for the decision")
        if _renewals(state, self) > rule.renewals:
            raise Rejected(
                f"waiver: all {rule.renewals} renewals that the policy allows are used; meet the control instead"
            )
        _not_too_long(self.until, rule, context)
        yield DecidedEvent(
            WaiverRequested(**{name: getattr(self, name) for name in type(self).model_fields}), context.role
        )


class DecideWaiver(ProjectCommand, function=SupportingFunction.REVIEW):
    """Grant, refuse or revoke a waiver, in a role with the authority by the policy."""

    waiver: Key
    outcome: Literal["granted", "refused", "revoked"]
    until: Moment | None = None
    conditions: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        waiver = state.gates.waivers.get(self.waiver)
        if waiver is None:
            raise Rejected(f"waiver: waiver {self.waiver} is not requested; request it first (request-waiver)")
        rule = waiver_rule(state, context)
        role = acting_as(state, context, rule.granted_by, f"decide waiver {self.waiver}")
        if waiver.pending is None and waiver.state == self.outcome:
            return
        if context.who == (waiver.pending.by if waiver.pending else waiver.asked_by):
            raise Rejected(f"waiver: {context.who} requested it and can't decide it; another person must decide it")
        if self.outcome == "revoked" and waiver.state != "granted":
            raise Rejected("outcome: only a granted waiver can be revoked; refuse this request instead")
        if self.outcome != "revoked" and waiver.pending is None:
            raise Rejected(f"outcome: a {waiver.state} waiver can't be {self.outcome}; request it again first")
        until = self.until or (waiver.pending.until if waiver.pending else None)
        if self.outcome == "granted" and until:
            _waivable(state, waiver.control, context)
            _not_too_long(until, rule, context)
        yield DecidedEvent(
            WaiverDecided(
                waiver=self.waiver,
                outcome=self.outcome,
                until=until if self.outcome == "granted" else None,
                by_role=role,
                conditions=self.conditions,
                reason=self.reason,
            ),
            role,
        )


def _renewals(project: Project, asked: RequestWaiver) -> int:
    """How often the same control was waived at the same gate before this request."""
    same = [w for w in project.gates.waivers.values() if (w.control, w.gate) == (asked.control, asked.gate)]
    return sum(1 + waiver.renewals for waiver in same if waiver.granted_by)


def waiver_rule(project: Project, context: CommandContext) -> WaiverRule:
    rule = context.policy.waiver(project.column)
    if rule is None:
        raise Rejected(
            f"the policy allows no waivers for {project.column} changes; meet the control or raise the category"
        )
    return rule


def _waivable(project: Project, control: str, context: CommandContext) -> None:
    rule = context.policy.control(control)
    if rule is None or control not in controls():
        raise Rejected(f"control: policy {context.policy.label} has no control {control}")
    if not rule.waivable or project.column in rule.unwaivable_in:
        raise Rejected(
            f"control: the policy allows no waiver of {control} for {project.column} changes; meet the control"
        )


def _not_too_long(until: Moment, rule: WaiverRule, context: CommandContext) -> None:
    latest = context.now + timedelta(days=rule.longest_days)
    if not context.now < until <= latest:
        raise Rejected(
            f"until: give a moment between now and {latest:%Y-%m-%d %H:%M} UTC (at most {rule.longest_days} days)"
        )
