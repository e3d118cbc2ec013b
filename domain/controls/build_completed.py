"""Controls of Build: features are complete and verified, and the scope is controlled."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.build.builds import handed_over, verification_of
from domain.build.completion import completed, verified
from domain.build.documents import documents
from domain.controls.control import EvaluationContext, Finding, control, met, not_applicable, nothing, unmet
from domain.controls.objectives import BUILD, QUALITY
from domain.controls.wording import counted, examples
from domain.event import Event, Recorded
from domain.lifecycle import Gate
from domain.planning.change_requests import ChangeRequestDecided, approved_changes, removed_by_change
from domain.planning.features import FeaturePlanned, features_in_scope
from domain.planning.requirements import RequirementCaptured, RequirementRevised
from domain.state.facts import Facts
from domain.state.project import Project


@control(
    "features-complete",
    question="Is every feature in scope completed and verified, or removed by an approved change request?",
    objective=BUILD,
    risk="the build handed over for testing lacks agreed features",
    warrant="MOF 4.0, Build SMF: Scope Complete Milestone (rule 6, goal G4)",
    by=("developer", "tester", "program-manager"),
    use=("complete-feature", "verify-feature", "raise-change-request", "decide-change-request"),
)
def features_complete(context: EvaluationContext) -> Finding:
    scope = features_in_scope(context.project)
    done, conforming = completed(context.project), verified(context.project)
    undone = [name for name in scope if name not in done]
    unverified = [name for name in scope if name in done and name not in conforming]
    if not scope:
        return nothing(context, "no feature is planned; plan the features of the scope")
    if not undone and not unverified:
        rests_on = (records[name] for name in scope for records in (scope, done, conforming))
        return met(f"{counted(len(scope), 'feature')} in scope, all completed and verified", *rests_on)
    missing = [f"{examples(undone)} not completed"] if undone else []
    if unverified:
        missing.append(f"{examples(unverified)} completed but not verified as specified")
    rests_on = (known for name in (*undone, *unverified) for known in (scope.get(name), done.get(name)) if known)
    open_ = counted(len(undone) + len(unverified), "feature")
    return unmet(f"{open_} of {len(scope)} features in scope are open: {'; '.join(missing)}", *rests_on)


@control(
    "scope-changes-approved",
    question="Did every scope change after the plan go through change control?",
    objective=BUILD,
    risk="the scope grows beyond what was agreed and budgeted",
    warrant="MSF 4.0, Build and Stabilize: change control from the plan on (rule 13)",
    by=("change-manager", "solution-manager", "program-manager"),
    use=("raise-change-request", "decide-change-request"),
)
def scope_changes_approved(context: EvaluationContext) -> Finding:
    project = context.project
    plan = project.gates.passed(Gate.PLAN_APPROVED)
    if plan is None:
        return not_applicable("no plan is approved yet, so there is no scope to compare with")
    changes, agreed = list(scope_changes(project, plan.version)), _agreed(project)
    creep = {part: change for part, change in changes if not agreed.covers(part, change.event)}
    if creep:
        what = counted(len(creep), "part")
        return unmet(
            f"{what} of the scope changed after the plan without an approved change request: {examples(creep)}",
            *creep.values(),
        )
    if not _scope(project.facts):
        return nothing(context, "no requirement or feature is recorded, so there is no scope to control")
    if not changes:
        return met("the scope has not changed since the plan except by approved change requests", *agreed.decisions)
    rests_on = (*(change for _, change in changes), *agreed.decisions)
    return met(f"{counted(len(changes), 'scope change')} since the plan, each by an approved change request", *rests_on)


def scope_changes(project: Project, since: int) -> Iterator[tuple[str, Recorded]]:
    """The items that entered or left the scope or changed after a version of the stream, each with its record."""
    removed = removed_by_change(project)
    for name, planned in project.facts.parts(FeaturePlanned).items():
        if planned.version > since and (name in removed or _first(project.facts, name).version > since):
            yield name, planned
    for captured in project.facts.parts(RequirementCaptured).values():
        if captured.version > since:
            yield captured.event.requirement, captured
    for revised in project.facts.history(RequirementRevised):
        if revised.version > since:
            yield revised.event.requirement, revised


def _first(facts: Facts, feature: str) -> Recorded[FeaturePlanned]:
    return facts.history(FeaturePlanned, feature)[0]


def _scope(facts: Facts) -> bool:
    return bool(facts.parts(FeaturePlanned) or facts.parts(RequirementCaptured))


@dataclass(frozen=True)
class _Agreed:
    """The items that approved change requests added to this release and removed from it."""

    requests: set[str]
    comes: set[str]
    goes: set[str]
    decisions: list[Recorded[ChangeRequestDecided]]

    def covers(self, part: str, change: Event) -> bool:
        if isinstance(change, RequirementRevised):
            named = change.change_request in self.requests
            return named or part in (self.goes if change.change == "removed" else self.comes)
        return part in self.comes


def _agreed(project: Project) -> _Agreed:
    changes = approved_changes(project)
    kept = [raised.event for raised, decided in changes if not decided.event.next_release]
    return _Agreed(
        requests={raised.event.request for raised, _ in changes},
        comes={part for raised in kept for part in raised.adds},
        goes=set(removed_by_change(project)),
        decisions=[decided for _, decided in changes],
    )


@control(
    "test-specification-ready",
    question="Is there a test specification for what was built?",
    objective=QUALITY,
    risk="testing begins without an agreed definition of what is tested",
    warrant="MOF 4.0, Stabilize SMF: write the test specification document (process 1)",
    by=("tester",),
    use=("record-document",),
)
def test_specification_ready(context: EvaluationContext) -> Finding:
    found = documents(context.project, "test-specification")
    if not found:
        return unmet("no test specification is recorded")
    return met(f"test specification recorded: {examples([each.event.document for each in found])}", *found)


@control(
    "build-accepted",
    question="Did the build that is handed over pass its verification?",
    objective=BUILD,
    risk="testing starts on a build that does not work",
    warrant="MSF, Daily Build: a build counts once its verification passed (mof.md §2.3)",
    by=("developer", "tester"),
    use=("record-build", "verify-build"),
)
def build_accepted(context: EvaluationContext) -> Finding:
    build = handed_over(context.project)
    if build is None:
        return unmet("no build is recorded; record the build to hand over")
    name = build.event.build
    verification = verification_of(context.project, name)
    if verification is None:
        return unmet(f"build {name} is not verified yet", build)
    if not verification.event.accepted:
        return unmet(f"build {name} failed its verification", build, verification)
    return met(f"build {name} passed its verification", build, verification)
