"""Controls of release readiness: rollback, procedures, release notes, readiness items and sign-offs."""

from typing import Literal

from domain.build.documents import documents
from domain.controls.control import EvaluationContext, Finding, Placed, control, met, nothing, unmet
from domain.controls.objectives import QUALITY, READINESS, STABILITY
from domain.controls.wording import examples
from domain.event import Recorded
from domain.lifecycle import Gate
from domain.planning.plans import PlanBaselined
from domain.planning.rfc import RfcSubmitted
from domain.policy.policy import GateRule
from domain.stabilize.candidates import chosen_candidate
from domain.stabilize.procedures import ProcedureTested, RollbackRuledOut
from domain.stabilize.readiness import ReadinessItemConfirmed, confirmed_items
from domain.state.gates import Required, Review, Signoff

OPERATIONS = frozenset({"operations", "support"})
"""The roles that operate and support the service, outside the project team."""


@control(
    "rollback-planned",
    question="Is there a tested rollback plan, or a recorded reason why rollback is impossible?",
    objective=STABILITY,
    risk="a deployment fails and can't be rolled back",
    warrant="MOF 3.0, Release Readiness Review: no-go without a backup plan (mof.md §3.1)",
    by=("release-management", "operations"),
    use=("record-document", "baseline-plan", "submit-rfc", "test-procedure", "rule-out-rollback"),
)
def rollback_planned(context: EvaluationContext) -> Finding:
    ruled_out = context.project.facts.latest(RollbackRuledOut)
    tried = context.project.facts.latest(ProcedureTested, "rollback")
    plans = list(_rollback_plans(context))
    records = [*plans, tried] if tried else plans
    if ruled_out and all(record.version < ruled_out.version for record in records):
        return met("rollback is impossible (reason recorded)", ruled_out)
    if not plans:
        return unmet("neither a rollback plan nor a reason why rollback is impossible is recorded", *records)
    if tried:
        where = f"a rollback plan, tested in {tried.event.where}"
        return met(where, *records) if tried.event.passed else unmet(f"{where}, where the test failed", *records)
    if context.strict:
        return unmet("the rollback plan is not tested", *plans)
    return met(f"there is a rollback plan; {context.column} changes need no test of it", *plans)


def _rollback_plans(context: EvaluationContext) -> list[Recorded]:
    """The records that may contain a rollback plan: a document, a sub-plan, the request for change."""
    plan, rfc = context.project.facts.latest(PlanBaselined), context.project.facts.newest(RfcSubmitted)
    found: list[Recorded] = list(documents(context.project, "rollback-plan"))
    if plan and any(subplan.subplan == "rollback" for subplan in plan.event.subplans):
        found.append(plan)
    if rfc and rfc.event.rollback:
        found.append(rfc)
    return found


@control(
    "procedures-tested",
    question="Were the deployment and operations procedures tested (in the pilot)?",
    objective=READINESS,
    risk="a procedure is used in production without a test",
    warrant="MOF 4.0, Stabilize SMF: Release Readiness, key questions (process 3, rule 8)",
    by=("release-management", "operations", "operations-experience"),
    use=("test-procedure",),
)
def procedures_tested(context: EvaluationContext) -> Finding:
    wanted: tuple[Literal["deployment", "operations"], ...] = ("deployment", "operations")
    tried = {name: context.project.facts.latest(ProcedureTested, name) for name in wanted}
    records = [record for record in tried.values() if record]
    missing = [name for name, record in tried.items() if record is None]
    failed = [name for name, record in tried.items() if record and not record.event.passed]
    if not missing and not failed:
        return met("the deployment and operations procedures were tested and passed", *records)
    why = [f"{examples(missing)} not tested"] if missing else []
    if failed:
        why.append(f"last test of {examples(failed)} not passed")
    return unmet(f"procedures: {'; '.join(why)}", *records)


@control(
    "release-notes-recorded",
    question="Are there release notes for this candidate?",
    objective=READINESS,
    risk="changes and known issues of the release are unknown to users and support",
    warrant="MOF 4.0, Stabilize SMF: release notes are an input of Release Readiness (process 3, rule 8)",
    by=("release-management", "developer", "user-experience"),
    use=("record-document",),
)
def release_notes_recorded(context: EvaluationContext) -> Finding:
    chosen = chosen_candidate(context.project)
    if chosen is None:
        return unmet("no candidate is chosen, so there are no release notes for it")
    candidate, notes = chosen.event.candidate, documents(context.project, "release-notes")
    about = [each for each in notes if candidate in each.event.about]
    if about:
        return met(f"{examples(each.event.document for each in about)} recorded for candidate {candidate}", *about)
    others = (
        f"; {examples(each.event.document for each in notes)} refer to another candidate or to none" if notes else ""
    )
    return unmet(f"no release notes are recorded for candidate {candidate}{others}", chosen, *notes)


@control(
    "operations-ready",
    question="Is every readiness item (operations plan, training, OLA, …) confirmed by operations or support?",
    objective=READINESS,
    risk="nobody can run or support the service",
    warrant="MOF 4.0, Deliver Phase: operations and support are prepared (goal G7)",
    by=("operations", "support"),
    use=("confirm-readiness-item",),
)
def operations_ready(context: EvaluationContext) -> Finding:
    items = context.policy.readiness_items.of(context.column) or ()
    confirmed = confirmed_items(context.project)
    if not items:
        return nothing(context, f"policy {context.policy.label} defines no readiness item for {context.column} changes")
    missing = [item for item in items if item not in confirmed]
    others = [item for item in items if item in confirmed and not _by_operations(context, confirmed[item])]
    records = [confirmed[item] for item in items if item in confirmed]
    if not missing and not others:
        return met(f"all {len(items)} readiness items are confirmed by operations or support", *records)
    why = [f"{examples(missing)} not confirmed"] if missing else []
    if others:
        why.append(f"{examples(others)} confirmed without the role operations or support")
    return unmet(f"{len(missing) + len(others)} of {len(items)} readiness items are open: {'; '.join(why)}", *records)


def _by_operations(context: EvaluationContext, record: Recorded[ReadinessItemConfirmed]) -> bool:
    return bool(OPERATIONS & context.project.team.roles_of(record.who, record.measured_at))


@control(
    "every-role-signed",
    question="Did every role that the policy requires sign go?",
    objective=QUALITY,
    risk="the release is deployed against the objection of a responsible role",
    warrant="MOF 4.0, Stabilize SMF: all team roles are ready to sign off (process 3, rule 8)",
    by=("program-manager", "developer", "tester", "release-management", "operations", "support", "customer"),
    use=("call-review", "give-signoff"),
)
def every_role_signed(context: EvaluationContext) -> Finding:
    review = context.review
    if review is None:
        return unmet(f"no review of {context.point} is called, so there are no sign-offs")
    rule = context.policy.gate(Gate(context.point), context.column)
    signoffs = [(required, review.signoff_for(required)) for required in review.required]
    given: list[Placed] = [review, *(signoff for _, signoff in signoffs if signoff)]
    out = [
        _who(required) for required, signoff in signoffs if signoff is None or signoff.verdict in ("abstain", "recused")
    ]
    against = [_who(required) for required, signoff in signoffs if signoff and _stands_against(signoff, rule)]
    if against:
        return unmet(f"{examples(against)} signed no-go", *given)
    if out:
        return unmet(f"{len(out)} of {len(signoffs)} required sign-offs are not go: {examples(out)}", *given)
    if not any(signoff and signoff.verdict == "go" for _, signoff in signoffs):
        return unmet("no sign-off is go", *given)
    return met(_all_signed(review), *given)


def _who(required: Required) -> str:
    return f"{required.role} for {required.party}" if required.party else required.role


def _stands_against(signoff: Signoff, rule: GateRule | None) -> bool:
    """Whether this is a no-go that the decider can't override by this rule."""
    overridable = rule is not None and rule.no_go == "overridable" and signoff.role not in rule.no_go_stands
    return signoff.verdict == "no-go" and not overridable


def _all_signed(review: Review) -> str:
    verdicts = [signoff.verdict for required in review.required if (signoff := review.signoff_for(required))]
    no_go = verdicts.count("no-go")
    overridden = f"; {no_go} signed no-go, which the decider may override" if no_go else ""
    return f"{verdicts.count('go')} of {len(verdicts)} required sign-offs are go{overridden}"
