"""Controls of the release candidate: tests, defects, user acceptance and pilot."""

from domain.build.documents import documents
from domain.controls.consent import matching_reports
from domain.controls.control import EvaluationContext, Finding, control, met, not_applicable, nothing, unmet
from domain.controls.objectives import QUALITY
from domain.controls.wording import counted, examples
from domain.event import Recorded
from domain.lifecycle import Act
from domain.stabilize.candidates import chosen_candidate
from domain.stabilize.defects import DefectReported, defects
from domain.stabilize.pilot import PilotAgreed, PilotDecided, PilotStarted, agreed_before, pilot_runs
from domain.stabilize.test_runs import TestRunCompleted, TestType, runs_on


@control(
    "candidate-tested",
    question="Was the chosen candidate (this digest) tested, with recorded results?",
    objective=QUALITY,
    risk="the release is not tested",
    warrant="MOF 4.0, Stabilize SMF: test the release candidate (process 1, rule 8)",
    by=("tester", "developer"),
    use=("build-candidate", "choose-candidate", "complete-test-run", "report-defect"),
)
def candidate_tested(context: EvaluationContext) -> Finding:
    return _tested(context, "test run")


@control(
    "acceptance-tested",
    question="Was user acceptance testing done on the chosen candidate?",
    objective=QUALITY,
    risk="users discover in production that the solution does not meet their needs",
    warrant="MOF 4.0, Stabilize SMF: complete user acceptance testing (process 1)",
    by=("tester", "customer", "user-experience"),
    use=("complete-test-run", "report-defect"),
)
def acceptance_tested(context: EvaluationContext) -> Finding:
    return _tested(context, "acceptance test", "acceptance")


def _tested(context: EvaluationContext, what: str, of_type: TestType | None = None) -> Finding:
    """Whether the last run of each type passed, or its failures are covered by reported defects."""
    chosen = chosen_candidate(context.project)
    if chosen is None:
        return unmet("no candidate is chosen yet")
    candidate = chosen.event.candidate
    runs = list({run.event.type: run for run in runs_on(context.project, candidate, of_type)}.values())
    failed = [run.event.run for run in runs if not run.event.successful]
    if not runs:
        return unmet(f"candidate {candidate} is chosen, but no {what} of it is recorded", chosen)
    if not failed:
        return met(f"candidate {candidate} passed {examples(run.event.run for run in runs)}", chosen, *runs)
    known = [each for each in context.project.facts.parts(DefectReported).values() if each.event.candidate == candidate]
    lacking = f"not all cases of {examples(failed)} passed on {candidate}"
    if not known:
        return unmet(f"{lacking}, and no defect is reported for it", chosen, *runs)
    return met(f"{lacking}; {counted(len(known), 'defect')} reported", chosen, *runs, *known)


@control(
    "no-blocking-defects",
    question="Are all defects of a blocking severity closed?",
    objective=QUALITY,
    risk="a known severe defect reaches production",
    warrant="MOF 4.0, Stabilize SMF: find and resolve bugs until stable (process 1)",
    by=("developer", "tester"),
    use=("triage-defect", "resolve-defect", "verify-defect"),
)
def no_blocking_defects(context: EvaluationContext) -> Finding:
    known = list(defects(context.project))
    bad = [defect for defect in known if defect.severity in context.policy.blocking_severities]
    open_ = [defect for defect in bad if defect.state in ("active", "resolved")]
    if open_:
        names = examples([f"{defect.id} ({defect.severity}, {defect.state})" for defect in open_])
        return unmet(f"{counted(len(open_), 'blocking defect')} open: {names}", *(defect.last for defect in open_))
    runs = context.project.facts.parts(TestRunCompleted).values()
    if not known and not runs:
        return nothing(context, "no defect is reported, but no test run is recorded either")
    deferred = sum(defect.state == "deferred" for defect in bad)
    deferred_note = f"; {deferred} deferred to a later release" if deferred else ""
    return met(
        f"{counted(len(known), 'defect')} reported, no blocking defect open{deferred_note}",
        *(d.last for d in known),
        *runs,
    )


@control(
    "pilot-criteria-agreed-first",
    question="If there is a pilot, were its success criteria agreed with the customer before it began?",
    objective=QUALITY,
    risk="a pilot is judged by criteria chosen after its results are known",
    warrant="MOF 4.0, Stabilize SMF: success criteria are agreed with the customer beforehand (process 2, rule 7)",
    by=("customer", "release-management"),
    use=("agree-pilot",),
)
def pilot_criteria_agreed_first(context: EvaluationContext) -> Finding:
    runs = pilot_runs(context.project)
    if context.point is Act.PILOT:
        runs = runs[-1:]
    if not runs:
        return not_applicable("there is no pilot")
    team = {*context.policy.team_roles, "solution-manager"}
    agreements = [agreed_before(context.project, run) for run in runs]
    why = [_not_agreed(context, run, agreed, team) for run, agreed in zip(runs, agreements, strict=True)]
    lacking = {run.event.run: (run, reason) for run, reason in zip(runs, why, strict=True) if reason}
    rests_on = [*runs, *{agreed.version: agreed for agreed in agreements if agreed}.values()]
    if lacking:
        names = examples([f"{name}: {reason}" for name, (_, reason) in lacking.items()])
        return unmet(f"{counted(len(lacking), 'pilot run')} started without agreed criteria ({names})", *rests_on)
    return met(f"the criteria of {counted(len(runs), 'pilot run')} were agreed before the start", *rests_on)


def _not_agreed(
    context: EvaluationContext, run: Recorded[PilotStarted], agreed: Recorded[PilotAgreed] | None, team: set[str]
) -> str | None:
    """What is wrong with the agreement that a pilot run started on, if anything."""
    if agreed is None or run.time < agreed.time:
        return "no agreement before the start"
    if not agreed.event.criteria:
        return "no criterion agreed"
    customer = agreed.event.agreed_by
    if team & context.project.team.roles_of(customer, agreed.measured_at):
        return "agreed by a member of the team"
    own = [each for each in matching_reports(context, agreed) if each.who == customer]
    if not any(each.version < run.version and each.time <= run.time for each in own):
        return f"agreement not recorded by {customer} before the start"
    return None


@control(
    "pilot-decided-deploy",
    question="Was the last pilot's outcome `deploy`?",
    objective=QUALITY,
    risk="the release continues without a successful pilot",
    warrant="MOF 4.0, Stabilize SMF: pilot outcomes (process 2, rule 8)",
    by=("release-management", "solution-manager"),
    use=("start-pilot", "decide-pilot"),
)
def pilot_decided_deploy(context: EvaluationContext) -> Finding:
    runs, chosen = pilot_runs(context.project), chosen_candidate(context.project)
    if not runs:
        return nothing(context, "there was no pilot")
    last = runs[-1]
    decided = context.project.facts.latest(PilotDecided, last.event.run)
    if decided is None:
        return unmet(f"pilot run {last.event.run} is not decided yet", last)
    if decided.event.outcome != "deploy":
        return unmet(f"the last pilot run, {last.event.run}, ended in {decided.event.outcome}", last, decided)
    if chosen and chosen.event.candidate != last.event.candidate:
        piloted = f"{last.event.run} was decided for {last.event.candidate}"
        return unmet(
            f"{piloted}, but the chosen candidate is {chosen.event.candidate}, which has no pilot",
            last,
            decided,
            chosen,
        )
    return met(f"the last pilot run, {last.event.run}, ended in deploy", last, decided)


@control(
    "workarounds-documented",
    question="Has every open pilot issue a documented workaround?",
    objective=QUALITY,
    risk="support has no workaround for issues known from the pilot",
    warrant="MOF 4.0, Stabilize SMF: Release Readiness, key questions (process 3, rule 8)",
    by=("release-management", "support", "developer"),
    use=("record-document", "verify-defect"),
)
def workarounds_documented(context: EvaluationContext) -> Finding:
    runs = pilot_runs(context.project)
    decided = context.project.facts.parts(PilotDecided)
    if not runs:
        return not_applicable("there was no pilot, so there are no pilot issues")
    last = {run.event.pilot: decided[run.event.run] for run in runs if run.event.run in decided}
    if not last:
        return nothing(context, "no pilot run is decided yet, so the pilot issues are unknown")
    closed = {defect.id for defect in defects(context.project) if defect.state == "closed"}
    issues = {issue for decision in last.values() for issue in decision.event.issues} - closed
    workarounds = documents(context.project, "workaround")
    lacking = sorted(issues.difference(*(each.event.about for each in workarounds)))
    if lacking:
        what = counted(len(lacking), "open pilot issue")
        return unmet(f"{what} without a documented workaround: {examples(lacking)}", *last.values())
    return met(f"{counted(len(issues), 'open pilot issue')}, all with a workaround", *last.values(), *workarounds)
