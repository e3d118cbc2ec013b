"""Stabilize as it is lived: candidates, tests, defects, pilots, and what operations needs before it can go."""

from domain.build.documents import EvidenceVerified
from domain.lifecycle import Phase
from domain.planning.rfc_decision import Votes
from domain.portfolio.pauses import CancelProject
from domain.portfolio.phases import PhaseStarted
from domain.reviews.rfc_approval import DecideRfc
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.defects import DefectReopened, DefectReported, DefectResolved, DefectTriaged, DefectVerified
from domain.stabilize.pilot import Outcome, PilotAgreed, PilotCriterion, PilotDecided, PilotResult, PilotStarted
from domain.stabilize.procedures import Procedure, ProcedureTested, RollbackRuledOut
from domain.stabilize.readiness import ReadinessItemConfirmed
from domain.stabilize.test_runs import RequirementTestRecorded, TestRunCompleted, TestType
from milepost.demo.simulation.build_phase import spent
from milepost.demo.simulation.envision_phase import PACE, assessed, documented
from milepost.demo.simulation.life import Life, Over, Step, Steps
from milepost.demo.simulation.office import DAY, WEEK
from milepost.demo.simulation.planning_phase import reached, request

OUTCOMES: dict[Outcome, float] = {
    "deploy": 60, "patch_and_continue": 13, "stagger_forward": 10, "roll_back": 10, "suspend": 7,
}  # fmt: skip
TESTS: dict[str, tuple[TestType, ...]] = {
    "significant": ("integration", "system"),
    "major": ("integration", "system", "performance", "security", "pre-production"),
}
PROCEDURES: tuple[Procedure, ...] = ("deployment", "operations", "rollback")

FAULTS = (
    "the list stops at a hundred",
    "the total is rounded wrongly",
    "it hangs behind the proxy",
    "umlauts get lost",
)


def stabilizing(life: Life) -> Steps:
    """Everything that the review of the release looks at; the request for change is decided at its end."""
    yield life.act("tester", PhaseStarted(phase=Phase.STABILIZE), hours=DAY)
    yield from _candidate(life)
    if life.column == "major" or life.happens(0.5):
        yield from _piloted(life)
    yield from _papers(life)
    yield from _chosen(life)
    yield from _made_ready(life)
    yield spent(life)
    yield reached(life, Phase.STABILIZE)
    if life.happens(0.12):
        yield from _sent_back(life)
    yield found_again(life)
    yield from assessed(life)


def found_again(life: Life) -> Step:
    """Every document is looked for, and found as it was."""
    found = [EvidenceVerified(document=name, digest=digest, found=digest) for name, digest in life.documents.items()]
    return life.act("auditor", *found, hours=life.hours(DAY))


def _chosen(life: Life) -> Steps:
    if life.waives != "acceptance-tested":
        yield _tests(life, "acceptance")
    chosen = CandidateChosen(candidate=life.candidate, digest=life.digest(life.candidate))
    yield life.act("developer", chosen, hours=2)


def _made_ready(life: Life) -> Steps:
    for procedure in PROCEDURES:
        tried = ProcedureTested(procedure=procedure, where="pre-production", passed=True)
        yield life.act("release-management", tried, hours=life.hours(1.5 * DAY))
    if life.happens(0.1):
        one_way = RollbackRuledOut(
            reason="the old format can't hold the new data: the old one keeps running for a week"
        )
        yield life.act("release-management", one_way, hours=DAY)
    if life.waives != "operations-ready":
        items = life.policy.readiness_items.of(life.column) or ()
        yield life.act("operations", *(ReadinessItemConfirmed(item=item) for item in items), hours=life.hours(3 * DAY))


def approved(life: Life) -> Steps:
    """The advisory board votes on the request for change, and for a major one the executive has the last word."""
    roster = len(life.team["cab"])
    no = int(life.happens(0.2))
    votes = Votes(go=roster - no, no_go=no, roster=roster)
    yield life.act("cab", DecideRfc(rfc="r1", body="cab", votes=votes), hours=life.hours(DAY, 0.3))
    if life.column == "major":
        yield life.act("executive", DecideRfc(rfc="r1", body="executive"), hours=life.hours(DAY, 0.3))


def _sent_back(life: Life) -> Steps:
    """The board wants to know more before it votes."""
    asked = DecideRfc(rfc="r1", body="cab", outcome="returned", reason="say which branches are touched")
    yield life.act("cab", asked, hours=life.hours(2 * DAY))
    yield life.act("release-management", request(life, 2), hours=life.hours(2 * DAY))


def _candidate(life: Life) -> Steps:
    """A candidate is built and tested, and the one after it, until nothing that blocks is open."""
    life.candidates += 1
    digest = life.digest(life.candidate)
    built = CandidateBuilt(candidate=life.candidate, digest=digest, build=f"b{life.builds}")
    yield life.act("developer", built, hours=life.hours(DAY))
    for kind in TESTS[life.column]:
        yield _tests(life, kind)
    run = f"{life.candidate}-system"
    tested = [RequirementTestRecorded(requirement=name, run=run, passed=True) for name in life.requirements]
    yield life.act("tester", *tested, hours=life.hours(DAY))
    found = max(0, life.chance.randint(0, 4) - life.candidates)
    for _ in range(found):
        yield from _defect(life)


def _tests(life: Life, kind: TestType) -> Step:
    planned = life.chance.randint(15, 120)
    done = TestRunCompleted(
        run=f"{life.candidate}-{kind}", type=kind, candidate=life.candidate, planned=planned, passed=planned
    )
    return life.act("tester", done, hours=life.hours(1.5 * DAY * PACE[life.column]))


def _defect(life: Life) -> Steps:
    life.defects += 1
    name, severity = f"d{life.defects}", life.one_of(("minor", "minor", "major", "critical", "blocker"))
    found = DefectReported(
        defect=name, severity=severity, found_in="test", candidate=life.candidate, title=life.one_of(FAULTS)
    )
    yield life.act("tester", found, hours=life.hours(DAY))
    put_off = severity == "minor" and life.happens(0.4)
    triaged = DefectTriaged(
        defect=name, severity=severity, decision="defer" if put_off else "fix", release="next" if put_off else None
    )
    yield life.act("program-manager", triaged, hours=life.hours(4))
    if put_off:
        return
    for mended in (life.happens(0.8), True):
        yield life.act("developer", DefectResolved(defect=name, resolution="fixed"), hours=life.hours(1.5 * DAY))
        if mended:
            yield life.act("tester", DefectVerified(defect=name, candidate=life.candidate), hours=life.hours(4))
            return
        yield life.act("tester", DefectReopened(defect=name, candidate=life.candidate), hours=life.hours(4))


def _piloted(life: Life) -> Steps:
    """Run after run until one says deploy; a pilot that is suspended may be the end."""
    agreed = PilotAgreed(
        pilot="p1",
        agreed_by=life.who("customer"),
        criteria=(PilotCriterion(criterion="calls", measure="calls in a week", target="at most 5"),),
        group="twelve people of two branches",
        sites=life.sites[:1],
    )
    yield life.act("customer", agreed, hours=life.hours(2 * DAY))
    for number in range(1, 5):
        outcome = life.weighed(OUTCOMES) if number < 4 else "deploy"
        yield from _pilot_run(life, f"p1-{number}", outcome)
        if outcome == "deploy":
            return
        if outcome == "suspend" and life.happens(0.5):
            ended = CancelProject(cause="failed", disposal="what was learnt is written down", reason="the pilot failed")
            yield life.act("solution-manager", ended, hours=life.hours(WEEK))
            raise Over
        yield from _candidate(life)


def _pilot_run(life: Life, run: str, outcome: Outcome) -> Steps:
    started = PilotStarted(run=run, pilot="p1", candidate=life.candidate)
    yield life.act("release-management", started, hours=life.hours(DAY))
    good = outcome == "deploy"
    issues = (f"{run}-login",) if good and life.happens(0.4) else ()
    showed = PilotResult(criterion="calls", measured="3" if good else "19", met=good)
    decided = PilotDecided(run=run, outcome=outcome, results=(showed,), issues=issues)
    yield life.act("release-management", decided, hours=life.hours(WEEK * PACE[life.column], 0.3))
    for issue in issues:
        yield documented(
            life, "support", f"{issue}-workaround", "workaround", "What to do when it asks twice", DAY, issue
        )


def _papers(life: Life) -> Steps:
    yield documented(life, "release-management", "rollback", "rollback-plan", "Plan of the way back", DAY)
    yield documented(life, "release-management", "notes", "release-notes", "Release notes", DAY, life.candidate)
    yield documented(
        life,
        "operations-experience" if life.column == "major" else "developer",
        "guide",
        "operations-guide",
        "Operations guide",
        2 * DAY,
    )
    yield documented(life, "user-experience", "training", "training", "Training", 2 * DAY)
