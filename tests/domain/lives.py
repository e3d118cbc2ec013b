"""Whole lives of projects: the significant and the major change, each from its proposal to its end, step by step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from domain.build.builds import BuildRecorded, BuildVerified
from domain.build.completion import FeatureCompleted, FeatureVerified
from domain.build.documents import DocumentRecorded, DocumentType, EvidenceVerified, documents
from domain.command import Command
from domain.deploy.acceptance import AcceptSolution
from domain.deploy.deployments import DeploymentFinished, DeploymentStarted
from domain.deploy.ownership import OwnershipTransferred
from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.deploy.sites import NoSitesDeclared
from domain.deploy.stabilization import DeploymentConfirmedStable, StartQuietPeriod
from domain.deploy.surveys import SurveyRecorded
from domain.envision.criteria import SuccessCriterionAgreed
from domain.envision.risks import RiskAssessed
from domain.envision.stakeholders import StakeholderIdentified
from domain.envision.team import AssignRole
from domain.envision.vision import VisionScopeBaselined
from domain.lifecycle import GATES, MILESTONES, Gate
from domain.planning.budget import BudgetBaselined
from domain.planning.discipline import DisciplineChosen
from domain.planning.estimates import EstimateGiven
from domain.planning.features import FeaturePlanned
from domain.planning.plans import PlanBaselined, Subplan
from domain.planning.requirements import RequirementCaptured
from domain.planning.rfc import RfcScheduled, RfcSubmitted, Window
from domain.planning.rfc_decision import Votes
from domain.planning.schedule import MilestoneDue, ScheduleBaselined
from domain.planning.specification import BaselineSpecification
from domain.portfolio.classification import Answers
from domain.portfolio.goals import GoalLinked
from domain.reviews.change_classification import ClassifyChange
from domain.reviews.decisions import DecideReview
from domain.reviews.deployment_authorization import AuthorizeDeployment
from domain.reviews.fact_reports import report
from domain.reviews.full_proposal import Granted, Propose
from domain.reviews.review_call import CallReview
from domain.reviews.rfc_approval import DecideRfc
from domain.reviews.signoffs import GiveSignoff
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.pilot import PilotAgreed, PilotCriterion, PilotDecided, PilotStarted
from domain.stabilize.procedures import ProcedureTested
from domain.stabilize.readiness import ReadinessItemConfirmed
from domain.stabilize.test_runs import TestRunCompleted
from domain.state.gates import Required
from domain.state.project import ProjectFact
from domain.values import Document, Money
from tests.domain.story import Story

DIGEST = "sha256:" + "d" * 64
CANDIDATE = "sha256:" + "b" * 64
RISK = RiskAssessed(risk="r1", statement="the supplier is late", probability=200, owner="paul")
FEATURES = ("pay", "refund", "report")

SIGNIFICANT = Answers(services=1, users=1, downtime=1, effort=1, money=1, experience=1, reversibility=1, data=1)
MAJOR = Answers(services=2, users=2, downtime=1, effort=2, money=3, experience=2, reversibility=1, data=2)

NINE = (
    ("paul", "program-manager"), ("petra", "product-manager"), ("dev", "developer"), ("tess", "tester"),
    ("rhea", "release-management"), ("olga", "operations"), ("olga", "support"), ("carol", "customer"),
    ("grace", "change-manager"), ("grace", "cab"), ("grace", "portfolio-board"),
)  # fmt: skip
"""With Omar, their Solution Manager, nine people who take a significant change to its end."""

SIXTEEN = (
    ("paul", "program-manager"), ("petra", "product-manager"), ("dev", "developer"), ("tess", "tester"),
    ("uma", "user-experience"), ("rhea", "release-management"), ("otto", "operations-experience"),
    ("archie", "architect"), ("olga", "operations"), ("sue", "support"), ("carol", "customer"), ("sam", "sponsor"),
    ("eva", "executive"), ("grace", "cab"), ("grace", "portfolio-board"), ("bea", "portfolio-board"),
    ("bob", "portfolio-board"),
)  # fmt: skip
"""With Omar sixteen people who take a major change to its end."""


def document(name: str) -> Document:
    return Document(document=name, title=name, digest=DIGEST)


@dataclass
class Life:
    """A story with the people in it, who holds which role."""

    story: Story
    answers: Answers
    people: tuple[tuple[str, str], ...]

    def who(self, role: str) -> str:
        return next(person for person, held in self.people if held == role)

    @property
    def major(self) -> bool:
        return self.answers is MAJOR

    def tell(self, role: str, *facts: ProjectFact) -> None:
        """Facts told together, by whoever holds a role."""
        self.give(role, *(report(fact) for fact in facts))

    def hears(self, role: str, *facts: ProjectFact) -> None:
        """What tools tell in the name of a role, which is nobody's work here and not counted."""
        self.tell(role, *facts)
        self.story.commands -= 1

    def give(self, role: str, *commands: Command) -> None:
        self.story.do(*commands, by=self.who(role), role=role)

    def lays_down(self, role: str, type_: DocumentType, about: tuple[str, ...] = ()) -> None:
        self.tell(role, DocumentRecorded(document=type_, type=type_, title=type_, digest=DIGEST, about=about))

    def review(self, *gates: Gate) -> None:
        """Called by the Program Manager, signed by all who are asked, decided by the Solution Manager."""
        name = f"{gates[-1]}-1"
        self.give("program-manager", CallReview(review=name, gates=gates))
        for required in self.story.project.gates.reviews[name].required:
            meaning = "acceptance" if required.role == "customer" else "approval"
            signoff = GiveSignoff(review=name, role=required.role, party=required.party, meaning=meaning)
            self.story.do(signoff, by=self._signer(required), role=required.role)
        self.story.do(DecideReview(review=name), by="omar", role="solution-manager")

    def _signer(self, required: Required) -> str:
        return required.seat or self.who(required.role)


def proposed(life: Life) -> None:
    life.story.do(
        Propose(
            title="Pay by phone",
            project_kind="it_service",
            service="pay",
            customer="sales",
            answers=life.answers,
            team=(Granted(person="omar", role="solution-manager"),),
        ),
        by="carol",
    )
    life.story.do(*(AssignRole(person=person, role=role) for person, role in life.people), by="omar")
    life.give("cab" if life.major else "change-manager", ClassifyChange(answers=life.answers))


def envisioned(life: Life) -> None:
    in_a_year = (life.story.now + timedelta(days=365)).date()
    criterion = SuccessCriterionAgreed(
        criterion="share",
        statement="a third pays by phone",
        measure="share of payments",
        baseline_value="0",
        target_value="33",
        direction="up",
        measure_by=in_a_year,
        measured_by="petra",
        agreed_with="sales",
    )
    goal = GoalLinked(goal="g1", statement="sell more", confirmed_by_role="product-manager")
    life.tell("product-manager", goal, criterion)
    vision = VisionScopeBaselined(
        version=1, document=document("vision"), problem="cash is slow", in_scope=("phones",), out_of_scope=("watches",)
    )
    life.tell("program-manager", StakeholderIdentified(party="sales", stake="customer"), vision)
    life.lays_down("program-manager", "project-structure")
    life.tell("program-manager", RISK)


def planned(life: Life) -> None:
    life.tell("program-manager", DisciplineChosen(discipline="msf"))
    needs = (RequirementCaptured(requirement=name, level="user", statement=f"we can {name}") for name in FEATURES)
    life.tell("product-manager", *needs)
    specification = BaselineSpecification(version=1, document=document("spec"), design=document("design"))
    life.give("program-manager", specification)
    life.tell("program-manager", *(FeaturePlanned(feature=n, title=n, requirements=(n,)) for n in FEATURES))
    euros = Money(amount="1000", currency="EUR")
    life.tell(
        "developer", *(EstimateGiven(item_type="feature", item_id=n, effort_hours="40", cost=euros) for n in FEATURES)
    )
    life.tell("program-manager", master_plan(life), schedule(life), BudgetBaselined(version=1, at_completion=euros))
    life.tell("release-management", request(life))
    if life.major:
        life.tell("program-manager", RISK)


def master_plan(life: Life) -> PlanBaselined:
    wanted = life.story.policy.subplans.of("major" if life.major else "significant") or ()
    plans = tuple(Subplan(subplan=name, driving_role="program-manager") for name in wanted)
    return PlanBaselined(version=1, document=document("plan"), subplans=plans)


def schedule(life: Life) -> ScheduleBaselined:
    """Every milestone a month after the one before."""
    days = [(life.story.now + timedelta(days=30 * month)).date() for month, _ in enumerate(MILESTONES)]
    dated = (MilestoneDue(gate=gate, day=day) for gate, day in zip(MILESTONES, days, strict=True))
    return ScheduleBaselined(version=1, milestones=tuple(dated))


def request(life: Life) -> RfcSubmitted:
    return RfcSubmitted(
        rfc="rfc-1",
        services=("pay",),
        configuration_items=("shop",),
        downtime_minutes=10,
        window_wanted=window(life),
        rollback=document("rollback"),
    )


def window(life: Life) -> Window:
    return Window(opens=life.story.now, closes=life.story.now + timedelta(days=60))


def built(life: Life) -> None:
    life.hears("developer", *(FeatureCompleted(feature=name) for name in FEATURES))
    life.tell("tester", *(FeatureVerified(feature=name, conforms=True) for name in FEATURES))
    life.hears("developer", BuildRecorded(build="b1", digest=CANDIDATE))
    life.hears("tester", BuildVerified(build="b1", accepted=True))
    life.lays_down("tester", "test-specification")


def stabilized(life: Life) -> None:
    life.hears("developer", CandidateBuilt(candidate="c1", digest=CANDIDATE))
    life.tell("release-management", CandidateChosen(candidate="c1", digest=CANDIDATE))
    for number, kind in enumerate(("system", "acceptance")):
        run = {"run": f"t{number}", "type": kind, "candidate": "c1", "planned": 9, "passed": 9}
        life.hears("tester", TestRunCompleted.model_validate(run))
    fast = PilotCriterion(criterion="fast", measure="seconds", target="under 2")
    life.tell("customer", PilotAgreed(pilot="shop", agreed_by="carol", criteria=(fast,)))
    life.tell("release-management", PilotStarted(run="shop-1", pilot="shop", candidate="c1"))
    life.tell("release-management", PilotDecided(run="shop-1", outcome="deploy"))
    life.lays_down("release-management", "release-notes", about=("c1",))
    life.tell("operations", *exercises())
    items = life.story.policy.readiness_items.of("major" if life.major else "significant") or ()
    life.tell("operations", *(ReadinessItemConfirmed(item=item) for item in items))
    life.tell("program-manager", RISK)
    found_again(life)
    life.give("cab", DecideRfc(rfc="rfc-1", body="cab", votes=Votes(go=3, no_go=1, roster=5)))
    if life.major:
        life.give("executive", DecideRfc(rfc="rfc-1", body="executive"))
    life.tell("cab", RfcScheduled(rfc="rfc-1", window=window(life)))


def exercises() -> Iterator[ProcedureTested]:
    for name in ("deployment", "operations", "rollback"):
        yield ProcedureTested.model_validate({"procedure": name, "where": "the pilot", "passed": True})


def found_again(life: Life) -> None:
    known = documents(life.story.project)
    life.tell("tester", *(EvidenceVerified(document=d.event.document, digest=DIGEST, found=DIGEST) for d in known))


def deployed(life: Life) -> None:
    life.give("release-management", AuthorizeDeployment(authorization="a1", reason="as planned"))
    life.hears("release-management", DeploymentStarted(attempt="d1", candidate_digest=CANDIDATE, authorization="a1"))
    life.hears("release-management", DeploymentFinished(attempt="d1", result="succeeded", digest_found=CANDIDATE))
    life.tell("release-management", NoSitesDeclared(reason="it runs in one place"))
    life.tell(
        "release-management", DeploymentConfirmedStable(attempt="d1", verified="it pays", agreed_by=("carol", "paul"))
    )
    life.give("release-management", StartQuietPeriod())
    life.story.now += timedelta(days=31)
    life.tell("operations", OwnershipTransferred(to_unit="shop", accepted_by=life.who("operations")))
    life.give("customer", AcceptSolution(statement="it does what we need"))
    life.tell(
        "program-manager",
        PostImplementationReviewRecorded(technical_success=True, business_success=True, on_time=True, on_budget=True),
    )
    if life.major:
        life.tell("product-manager", SurveyRecorded(survey="s1", planned_for=(life.story.now + timedelta(30)).date()))
    found_again(life)


PHASES = dict(zip(GATES, (proposed, envisioned, planned, built, stabilized, deployed), strict=True))
"""What is done before each gate."""

ALONE = tuple((gate,) for gate in GATES)
VISION_AND_PLAN = (ALONE[0], (Gate.ENVISIONED, Gate.PLAN_APPROVED), *ALONE[3:])


def live(life: Life) -> Iterator[tuple[Gate, ...]]:
    """The gates of each review as they are passed; the project is at its end after the last."""
    for gates in ALONE if life.major else VISION_AND_PLAN:
        for gate in gates:
            PHASES[gate](life)
        life.review(*gates)
        yield gates
