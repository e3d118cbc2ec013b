"""The controls of Project Planning."""

from datetime import timedelta

import pytest

from domain.build.documents import DocumentRecorded
from domain.lifecycle import Column, Gate
from domain.planning.budget import BudgetBaselined
from domain.planning.discipline import DisciplineChosen
from domain.planning.estimates import EstimateGiven
from domain.planning.features import FeaturePlanned
from domain.planning.plans import PlanBaselined, Subplan
from domain.planning.requirements import RequirementCaptured, RequirementRevised
from domain.planning.rfc import RfcScheduled, RfcSubmitted, Window
from domain.planning.schedule import MilestoneDue, ScheduleBaselined
from domain.planning.specification import SpecificationBaselined, digest_of_ids
from domain.planning.traces import TraceLinked
from domain.policy.policy import Policy
from domain.state.project import ProjectEvent
from domain.values import Money
from tests.conftest import START
from tests.domain.controls.conftest import Look
from tests.domain.openings import DOCUMENT, PROPOSED

AT = Gate.PLAN_APPROVED
SCRUM = DisciplineChosen(discipline="scrum")
NEED = RequirementCaptured(requirement="pay-fast", level="user", statement="pay at once")
OTHER = RequirementCaptured(requirement="pay-twice", level="user", statement="pay again")
SPECIFICATION = SpecificationBaselined(
    version=1, document=DOCUMENT, design=DOCUMENT, requirements=1, requirements_digest=digest_of_ids(["pay-fast"])
)
FEATURE = FeaturePlanned(feature="cards", title="Cards", requirements=("pay-fast",))
PLAN = PlanBaselined(version=1, document=DOCUMENT)
EFFORT = EstimateGiven(item_type="feature", item_id="cards", effort_hours="40")
COST = EstimateGiven(item_type="package", item_id="work", cost=Money(amount="900", currency="EUR"))
BUDGET = BudgetBaselined(version=1, at_completion=Money(amount="1000", currency="EUR"))
WINDOW = Window(opens=START + timedelta(days=30), closes=START + timedelta(days=31))
RFC = RfcSubmitted(
    rfc="rfc-1", services=("pay",), configuration_items=("pay-server",), downtime_minutes=0, window_wanted=WINDOW
)


def schedule(*gates: Gate) -> ScheduleBaselined:
    milestones = tuple(MilestoneDue(gate=gate, day=START.date()) for gate in gates)
    return ScheduleBaselined(version=1, milestones=milestones)


def test_a_discipline_is_chosen_before_there_is_a_plan(look: Look) -> None:
    found = look("discipline-chosen", PROPOSED, SCRUM, PLAN, at=AT)
    assert (found.result, found.sentence) == ("met", "scrum is chosen")
    found = look("discipline-chosen", PROPOSED, PLAN, at=AT)
    assert (found.result, found.sentence) == ("unmet", "no management discipline is chosen")
    found = look("discipline-chosen", PROPOSED, PLAN, SCRUM, schedule(), at=AT)
    assert (found.result, found.rests_on) == ("unmet", (2, 3))
    again = PLAN.model_copy(update={"version": 2})
    assert look("discipline-chosen", PROPOSED, PLAN, SCRUM, again, at=AT).result == "met"


def test_needs_come_before_the_specification_that_answers_them(look: Look) -> None:
    found = look("needs-before-plan", PROPOSED, NEED, SPECIFICATION, at=AT)
    assert (found.result, found.sentence) == ("met", "1 requirement captured, all before the specification")
    found = look("needs-before-plan", PROPOSED, NEED, SPECIFICATION, OTHER, at=AT)
    assert (found.result, found.sentence, found.rests_on) == (
        "unmet",
        "captured after the specification: pay-twice; baseline the specification again",
        (3, 4),
    )
    found = look("needs-before-plan", PROPOSED, NEED, at=AT)
    assert (found.result, found.sentence) == ("unmet", "no specification is baselined for the 1 captured requirement")


def test_no_needs_at_all_are_not_met_by_significant_changes_only(look: Look) -> None:
    assert look("needs-before-plan", PROPOSED, SPECIFICATION, at=AT).result == "unmet"
    assert look("needs-before-plan", PROPOSED, SPECIFICATION, at=AT, column="minor").result == "not-applicable"


def test_a_specification_has_a_design_of_its_own_or_on_record(look: Look) -> None:
    bare = SPECIFICATION.model_copy(update={"design": None})
    drawn = DocumentRecorded(document="drawing", type="design", title="Drawing", digest=DOCUMENT.digest)
    found = look("specification-baselined", PROPOSED, at=AT)
    assert (found.result, found.sentence) == ("unmet", "no specification is baselined")
    assert look("specification-baselined", PROPOSED, SPECIFICATION, at=AT).result == "met"
    assert look("specification-baselined", PROPOSED, bare, drawn, at=AT).result == "met"
    found = look("specification-baselined", PROPOSED, bare, at=AT)
    assert (found.result, found.sentence) == ("unmet", "version 1 of the specification has no design")


@pytest.mark.parametrize("answer", [FEATURE, TraceLinked(requirement="pay-fast", to="cards", to_kind="feature")])
def test_a_requirement_is_traced_by_its_feature_or_a_link(look: Look, answer: ProjectEvent) -> None:
    feature = FEATURE.model_copy(update={"requirements": ()})
    found = look("requirements-traced", PROPOSED, NEED, SPECIFICATION, feature, answer, at=AT)
    assert (found.result, found.sentence) == ("met", "1 requirement baselined, all with a feature")
    found = look("requirements-traced", PROPOSED, NEED, SPECIFICATION, feature, at=AT)
    assert (found.result, found.sentence, found.rests_on) == ("unmet", "requirements without a feature: pay-fast", (2,))


def test_a_requirement_removed_since_the_baseline_needs_no_feature(look: Look) -> None:
    gone = RequirementRevised(requirement="pay-fast", change="removed")
    past = (PROPOSED, NEED, OTHER, SPECIFICATION, FEATURE, gone)
    found = look("requirements-traced", *past, at=AT)
    assert (found.result, found.sentence) == ("unmet", "requirements without a feature: pay-twice")
    assert look("requirements-traced", PROPOSED, NEED, SPECIFICATION, gone, at=AT).result == "unmet"


def test_requirements_of_no_baseline_are_not_traced(look: Look) -> None:
    found = look("requirements-traced", PROPOSED, NEED, FEATURE, at=AT)
    assert (found.result, found.sentence) == ("unmet", "no requirement is baselined with a specification")


def test_a_plan_has_the_sub_plans_of_its_column(look: Look, policy: Policy) -> None:
    found = look("plan-baselined", PROPOSED, at=AT)
    assert (found.result, found.sentence) == ("unmet", "no master plan is baselined")
    found = look("plan-baselined", PROPOSED, PLAN, at=AT)
    assert (found.result, found.sentence) == (
        "unmet",
        "version 1 of the plan has no sub-plan for communications, budget, development and 7 more",
    )
    asked = policy.subplans.significant or ()
    whole = tuple(Subplan(subplan=name, driving_role="program-manager") for name in asked)
    assert look("plan-baselined", PROPOSED, PLAN.model_copy(update={"subplans": whole}), at=AT).result == "met"
    assert look("plan-baselined", PROPOSED, PLAN, at=AT, column="emergency").result == "met"


def test_every_remaining_milestone_has_a_date(look: Look) -> None:
    rest = (Gate.BUILD_COMPLETED, Gate.RELEASE_READY, Gate.DEPLOYED)
    found = look("schedule-baselined", PROPOSED, at=AT)
    assert (found.result, found.sentence) == ("unmet", "no schedule is baselined")
    assert look("schedule-baselined", PROPOSED, schedule(*rest), at=AT).result == "met"
    found = look("schedule-baselined", PROPOSED, schedule(*rest[:2]), at=AT)
    assert (found.result, found.sentence) == ("unmet", "version 1 of the schedule has no date for deployed")
    found = look("schedule-baselined", PROPOSED, schedule(*rest), at=Gate.PORTFOLIO)
    assert (found.result, found.sentence) == (
        "unmet",
        "version 1 of the schedule has no date for envisioned, plan-approved",
    )


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ([], "effort, cost, a budget at completion"),
        ([EFFORT, BUDGET], "cost"),
        ([COST, BUDGET], "effort"),
        ([EFFORT, COST], "a budget at completion"),
    ],
)
def test_what_is_not_estimated_is_named(look: Look, told: list[ProjectEvent], missing: str) -> None:
    found = look("estimates-recorded", PROPOSED, *told, at=AT)
    assert (found.result, found.sentence) == ("unmet", f"missing: {missing}")


def test_effort_cost_and_budget_are_estimates_enough(look: Look) -> None:
    found = look("estimates-recorded", PROPOSED, EFFORT, COST, BUDGET, at=AT)
    assert (found.result, found.sentence, found.rests_on) == (
        "met",
        "2 estimates recorded, and the budget is baselined",
        (2, 3, 4),
    )


def test_a_whole_request_for_change_is_with_operations(look: Look) -> None:
    found = look("rfc-submitted", PROPOSED, RFC, at=AT)
    assert (found.result, found.sentence) == ("met", "request for change rfc-1 is complete")
    open_ended = RFC.model_copy(update={"window_wanted": None})
    scheduled = RfcScheduled(rfc="rfc-1", window=WINDOW)
    assert look("rfc-submitted", PROPOSED, open_ended, scheduled, at=AT).result == "met"


@pytest.mark.parametrize("column", ["minor", "major", "emergency"])
def test_no_request_for_change_or_half_a_one_is_not_with_operations(look: Look, column: Column) -> None:
    found = look("rfc-submitted", PROPOSED, at=AT, column=column)
    assert (found.result, found.sentence) == ("unmet", "no request for change is submitted")
    found = look("rfc-submitted", PROPOSED, RfcSubmitted(rfc="rfc-1"), at=AT, column=column)
    assert (found.result, found.sentence) == (
        "unmet",
        "request for change rfc-1 lacks: services, configuration items, downtime, window",
    )
