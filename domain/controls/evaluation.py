"""Evaluation of the controls that the policy requires, with severity, waivers, deferrals and standing approval."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from domain.controls.control import Control, EvaluationContext, Finding, controls
from domain.controls.imported_history import observed
from domain.policy.calendar import working_days_later
from domain.policy.policy import ControlRule, Severity
from domain.state.gates import Waiver
from domain.values import Count, Digest, Fact, Key, Moment, Sentence, Version

MOST_VERSIONS = 20


Answered = Literal["met", "unmet", "waived", "deferred", "undetermined", "not-applicable"]


class Result(Fact):
    """The result of one control at one gate or act: severity, sentence, and the versions that it rests on.

    `rests_on` has at most 20 versions, the newest; `rests_on_count` and `rests_on_digest` cover all of them.
    """

    control: Key
    at: Key
    severity: Severity
    result: Answered
    sentence: Sentence
    rests_on: tuple[Version, ...] = ()
    rests_on_count: Count = 0
    rests_on_digest: Digest | None = None
    due: Moment | None = None

    @property
    def blocks(self) -> bool:
        return self.result == "unmet" and self.severity in ("block", "standing")

    @property
    def warns(self) -> bool:
        return self.result == "unmet" and self.severity == "warn"


def digest_of(parts: Iterable[str]) -> str:
    """One digest over many parts: SHA-256 over the parts, each ended by a line feed."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode() + b"\n")
    return f"sha256:{whole.hexdigest()}"


def digest_of_results(results: tuple[Result, ...]) -> str:
    """One digest over the results of controls, without their sentences, which may contain the moment."""
    return digest_of(
        f"{r.at} {r.control} {r.severity} {r.result} {r.rests_on_count} {' '.join(map(str, r.rests_on))}"
        for r in results
    )


def evaluate(context: EvaluationContext) -> list[Result]:
    """Evaluate each control that the policy requires at this point in the project's column, in the policy's order."""
    rules = [rule for rule in context.policy.controls if context.point in rule.at]
    asked: list[tuple[ControlRule, Severity | None]] = [(rule, rule.severity.of(context.column)) for rule in rules]
    return [_result(rule, severity, controls()[rule.control], context) for rule, severity in asked if severity]


def finding_of(control: Control, context: EvaluationContext) -> Finding:
    """The finding of a control before severity, waiver and standing approval."""
    return observed(control, context) if context.project.imported else control.check(context)


def _result(rule: ControlRule, severity: Severity, control: Control, context: EvaluationContext) -> Result:
    finding = finding_of(control, context)
    answer: Answered = finding.result
    sentence, due = finding.sentence, None
    if finding.result == "unmet":
        answer, sentence, due = _mitigated(rule, severity, finding, context)
    return Result(
        control=rule.control,
        at=context.point,
        severity=severity,
        result=answer,
        sentence=sentence[:400],
        rests_on=finding.rests_on[-MOST_VERSIONS:],
        rests_on_count=len(finding.rests_on),
        rests_on_digest=digest_of(map(str, finding.rests_on)) if len(finding.rests_on) > MOST_VERSIONS else None,
        due=due,
    )


Mitigated = tuple[Literal["met", "unmet", "waived", "deferred"], str, datetime | None]


def _mitigated(rule: ControlRule, severity: Severity, finding: Finding, context: EvaluationContext) -> Mitigated:
    standing = standing_approval(context)
    if severity == "standing" and standing:
        return "met", f"met by standing approval {standing}: {finding.sentence}", None
    waiver = waiver_in_force(rule, context)
    if waiver:
        return "waived", f"waived by {waiver.granted_by} until {waiver.until:%Y-%m-%d}: {finding.sentence}", None
    if severity == "defer":
        due = _due(rule, context)
        return "deferred", f"deferred until {due:%Y-%m-%d %H:%M} UTC: {finding.sentence}", due
    return "unmet", finding.sentence, None


def _due(rule: ControlRule, context: EvaluationContext) -> datetime:
    """When a deferred control is due: a later gate does not extend the first due date."""
    earlier = [deferral.due for deferral in context.project.gates.deferrals if deferral.control == rule.control]
    return min(earlier, default=working_days_later(context.now, rule.due_within, context.policy.calendar))


def standing_approval(context: EvaluationContext) -> str | None:
    """The template that approved this project in advance, while it is valid."""
    entry = context.project.entry
    template = context.rulebook.templates.get(entry.template or "")
    if template is None or entry.template_left or template.suspended or context.now >= template.valid_until:
        return None
    return f"{template.id}/{template.version}"


def waiver_in_force(rule: ControlRule, context: EvaluationContext) -> Waiver | None:
    if not rule.waivable or context.column in rule.unwaivable_in:
        return None
    found = [
        waiver
        for waiver in context.project.gates.waivers.values()
        if (waiver.control, waiver.gate, waiver.state) == (rule.control, context.point, "granted")
        and waiver.until
        and context.now < waiver.until
    ]
    return found[-1] if found else None
