"""Histories that read models are tried on: the three short ways, and a project that had everything happen to it."""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.controls.evaluation import Result
from domain.envision.risks import RiskAssessed
from domain.envision.team import RoleAssigned, RoleReleased
from domain.event import Event, Recorded, TimeQuality
from domain.lifecycle import Gate, Phase
from domain.planning.discipline import DisciplineChosen
from domain.policy.policy import Policy
from domain.portfolio.classification import ChangeClassified
from domain.portfolio.cohort import ProjectReassigned
from domain.portfolio.pauses import ProjectCancelled, ProjectHeld, ProjectResumed
from domain.portfolio.phases import PhaseStarted
from domain.reviews.breaches import BreachRecorded
from domain.reviews.conditions import ConditionClosed
from domain.reviews.decisions import ConditionSet, ReviewDecided, ReviewRefused
from domain.reviews.milestones import PhaseReturned, ProjectEnvisioned
from domain.reviews.reversals import ReviewReversed
from domain.reviews.review_call import ReviewCalled, ReviewWithdrawn
from domain.reviews.signoffs import SignoffGiven
from domain.reviews.voting_rules import Tally
from domain.reviews.waivers import WaiverDecided, WaiverRequested
from domain.state.gates import Required
from tests.conftest import START, Act, by, event_id, history, rulebook_of
from tests.domain import test_ways
from tests.domain.openings import PROPOSED
from tests.domain.story import Story

NONE = f"sha256:{'0' * 64}"
DUE = START + timedelta(days=30)


def called(review: str, *gates: Gate, attempt: int = 1, roles: tuple[str, ...] = ("tester",)) -> ReviewCalled:
    return ReviewCalled(
        review=review,
        gates=gates,
        attempt=attempt,
        required=tuple(Required(role=role, rule=role) for role in roles),
        evidence=(),
        evidence_set_digest=NONE,
        decided_by=("solution-manager",),
    )


def signed(review: str, role: str = "tester", verdict: str = "go") -> SignoffGiven:
    said = {"review": review, "role": role, "verdict": verdict, "meaning": "approval", "statement": "I say so"}
    return SignoffGiven.model_validate({**said, "evidence_set_digest": NONE})


def result(
    control: str, answer: str, at: Gate = Gate.ENVISIONED, severity: str = "block", due: datetime | None = None
) -> Result:
    told = {"control": control, "at": at, "severity": severity, "result": answer, "sentence": f"{control} is {answer}"}
    return Result.model_validate({**told, "due": due})


def decided(review: str, *gates: Gate, outcome: str = "approved", attempt: int = 1, **more: object) -> ReviewDecided:
    tally = Tally(required=1, go=1, no_go=0, abstained=0, recused=0)
    made = {"review": review, "gates": gates, "attempt": attempt, "outcome": outcome, "tally": tally, "seen": 1}
    digests = dict.fromkeys(("results_digest", "state_digest", "evidence_set_digest"), NONE)
    return ReviewDecided.model_validate({**made, **digests, "policy": "default/1", **more})


def refused(review: str, *gates: Gate, results: tuple[Result, ...] = ()) -> ReviewRefused:
    return ReviewRefused(review=review, gates=gates, results=results, results_digest=NONE)


RISK = RiskAssessed(risk="flood", statement="the river rises")
ENVISIONED = ProjectEnvisioned(basis="reviewed", attempt=1)

EVENTFUL: tuple[Event | Act, ...] = (
    PROPOSED,
    ChangeClassified(category="major", priority="medium"),
    RoleAssigned(person="grace", role="tester"),
    RiskAssessed(risk="flood", statement="the river rises"),
    PhaseStarted(phase=Phase.PLANNING),
    called("r1", Gate.PORTFOLIO, Gate.ENVISIONED, roles=("tester", "operations")),
    by("grace")(signed("r1")),
    ProjectHeld(cause="funding"),
    ProjectResumed(),
    refused("r1", Gate.PORTFOLIO, Gate.ENVISIONED, results=(result("risks-assessed", "unmet"),)),
    by("grace")(signed("r1", verdict="withdrawn")),
    by("grace")(signed("r1", verdict="no-go")),
    decided("r1", Gate.PORTFOLIO, Gate.ENVISIONED, outcome="returned-for-rework"),
    PhaseReturned(from_phase=Phase.ENVISION, to_phase=Phase.ENVISION, cause="review"),
    WaiverRequested(waiver="w", control="goal-linked", gate=Gate.ENVISIONED, compensating_measure="later", until=DUE),
    WaiverDecided(waiver="w", outcome="granted", until=DUE, by_role="executive"),
    called("r2", Gate.PORTFOLIO, Gate.ENVISIONED, attempt=2),
    by("grace")(signed("r2")),
    decided(
        "r2",
        Gate.PORTFOLIO,
        Gate.ENVISIONED,
        attempt=2,
        outcome="approved-with-conditions",
        conditions=(ConditionSet(id="c", text="say more", owner="ada", due=DUE),),
        results=(
            result("risks-assessed", "met"),
            result("goal-linked", "waived"),
            result("plan-baselined", "deferred", due=DUE),
            result("schedule-baselined", "unmet", severity="warn"),
        ),
    ),
    ENVISIONED,
    ProjectReassigned(attribute="portfolio", previous="main", new="other"),
    DisciplineChosen(discipline="scrum"),
    ConditionClosed(condition="c"),
    called("r3", Gate.PLAN_APPROVED),
    ReviewWithdrawn(review="r3"),
    BreachRecorded(act="envisioned", version=3, results=(), cause="reported-after-the-fact"),
    RoleReleased(assignment=event_id(3)),
    ReviewReversed(
        review="r2", decision=event_id(19), gates_lost=(Gate.PORTFOLIO, Gate.ENVISIONED), returns_to=Phase.ENVISION
    ),
    PhaseReturned(from_phase=Phase.PLANNING, to_phase=Phase.ENVISION, cause="reversal"),
    called("r4", Gate.ENVISIONED, attempt=3),
    ProjectHeld(cause="priority"),
    ProjectCancelled(cause="no-value", disposal="archived"),
)


def eventful() -> list[Recorded]:
    """A project that was returned, waived, conditioned, deferred, reversed, held and cancelled."""
    return history(*EVENTFUL, policy="default/1")


def signed_early() -> list[Recorded]:
    """What a source knows of a sign-off before it knows of the gate."""
    early = signed("r").model_copy(update={"review": None, "gate": Gate.ENVISIONED, "person": "grace"})
    return history(PROPOSED, early, ProjectEnvisioned(basis="observed", attempt=1))


def short_ways(policy: Policy) -> list[list[Recorded]]:
    """What the three short ways leave behind, each in its project's stream."""
    ways = (
        test_ways.test_takes_three_commands_for_a_standard_change,
        test_ways.test_takes_twelve_commands_for_a_minor_change,
        test_ways.test_takes_four_commands_until_the_service_is_back_in_an_emergency,
    )
    told: list[list[Recorded]] = []
    for way in ways:
        story = Story(policy, rulebook_of(policy))
        way(story)
        told.append([recorded for recorded in story.events if recorded.stream == story.project.stream])
    return told


def imported(told: list[Recorded], quality: TimeQuality = "exact") -> list[Recorded]:
    """The same as a source tells it, years before it was written down here."""
    past = timedelta(days=1000)
    return [
        replace(recorded, origin="import:kep", time=recorded.time - past, time_quality=quality) for recorded in told
    ]
