"""Waivers: who let a control pass unmet, for how long, with what to make up for it."""

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
from domain.state.gates import Waiver, Wanted
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.values import Key, Moment, Role, Text


class WaiverRequested(ProjectEvent, kind="waiver.requested/1", function=SupportingFunction.REVIEW):
    """Somebody asks that one control be waived at one gate, and says what makes up for it."""

    waiver: Key
    control: Key
    gate: Gate
    compensating_measure: Text
    until: Moment

    def evolve(self, project: Project, recorded: Recorded) -> None:
        asked = Waiver(self.waiver, self.control, self.gate, recorded.who, recorded.version, self.until)
        waiver = project.gates.waivers.setdefault(self.waiver, asked)
        waiver.wanted = Wanted(recorded.who, self.until)
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
            waiver.asked_by = waiver.wanted.by if waiver.wanted else waiver.asked_by
            waiver.until, waiver.granted_by, waiver.granted_as = self.until, recorded.who, self.by_role
        if self.outcome != "refused" or waiver.state != "granted":
            waiver.state, waiver.version = self.outcome, recorded.version
        waiver.wanted = None


class RequestWaiver(ProjectCommand, function=SupportingFunction.REVIEW):
    """Ask that a control be waived at a gate. Asked again for the same control there, under any id, it is a renewal."""

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
            raise Rejected(f"waiver: {self.waiver} is about {known.control} at {known.gate}: choose another id")
        if known and known.wanted:
            if known.wanted.until == self.until:
                return
            raise Rejected(f"waiver: {self.waiver} waits to be decided already")
        if _renewals(state, self) > rule.renewals:
            raise Rejected(f"waiver: the policy allows {rule.renewals} renewals of a waiver, these are used up")
        _not_too_long(self.until, rule, context)
        yield DecidedEvent(
            WaiverRequested(**{name: getattr(self, name) for name in type(self).model_fields}), context.role
        )


class DecideWaiver(ProjectCommand, function=SupportingFunction.REVIEW):
    """Grant, refuse or revoke a waiver, in a role that the policy gives the authority."""

    waiver: Key
    outcome: Literal["granted", "refused", "revoked"]
    until: Moment | None = None
    conditions: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        waiver = state.gates.waivers.get(self.waiver)
        if waiver is None:
            raise Rejected(f"waiver: nobody has asked for a waiver {self.waiver} here")
        rule = waiver_rule(state, context)
        role = acting_as(state, context, rule.granted_by, f"to decide waiver {self.waiver}")
        if waiver.wanted is None and waiver.state == self.outcome:
            return
        if context.who == (waiver.wanted.by if waiver.wanted else waiver.asked_by):
            raise Rejected(f"waiver: {context.who} asked for it: somebody else decides it")
        if self.outcome == "revoked" and waiver.state != "granted":
            raise Rejected("outcome: only a waiver that was granted can be revoked; refuse it")
        if self.outcome != "revoked" and waiver.wanted is None:
            raise Rejected(f"outcome: a waiver that is {waiver.state} can't be {self.outcome}: ask for it anew first")
        until = self.until or (waiver.wanted.until if waiver.wanted else None)
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
    """How often the same control was waived at the same gate, which what is asked now would renew once more."""
    same = [w for w in project.gates.waivers.values() if (w.control, w.gate) == (asked.control, asked.gate)]
    return sum(1 + waiver.renewals for waiver in same if waiver.granted_by)


def waiver_rule(project: Project, context: CommandContext) -> WaiverRule:
    rule = context.policy.waiver(project.column)
    if rule is None:
        raise Rejected(f"{project.column} changes know no waivers: meet the control, or classify the change higher")
    return rule


def _waivable(project: Project, control: str, context: CommandContext) -> None:
    rule = context.policy.control(control)
    if rule is None or control not in controls():
        raise Rejected(f"control: this policy knows no control {control}")
    if not rule.waivable or project.column in rule.unwaivable_in:
        raise Rejected(f"control: {control} can't be waived for {project.column} changes, by nobody")


def _not_too_long(until: Moment, rule: WaiverRule, context: CommandContext) -> None:
    latest = context.now + timedelta(days=rule.longest_days)
    if not context.now < until <= latest:
        raise Rejected(f"until: a waiver ends between now and {latest:%Y-%m-%d %H:%M} UTC ({rule.longest_days} days)")
