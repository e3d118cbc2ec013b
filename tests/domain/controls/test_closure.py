"""The controls that a project may end."""

from datetime import date

from domain.deploy.acceptance import SolutionAccepted
from domain.deploy.benefits import BenefitMeasured
from domain.deploy.deployments import DeploymentStarted
from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.deploy.surveys import SurveyRecorded
from domain.envision.criteria import SuccessCriterionAgreed
from domain.lifecycle import Gate
from domain.reviews.signoffs import SignoffGiven, Verdict
from tests.conftest import START, by
from tests.domain.controls.conftest import Look
from tests.domain.controls.reviewed import called, signs
from tests.domain.openings import PROPOSED, holds

DONE = Gate.DEPLOYED
DEPLOYED = DeploymentStarted(attempt="d1", candidate_digest=f"sha256:{'1' * 64}")
ACCEPTED = by("carla")(SolutionAccepted(statement="it does what we need"))
REVIEWED = PostImplementationReviewRecorded(
    technical_success=True, business_success=True, on_time=False, on_budget=True
)
CALLED = called(DONE, "customer", "requester")


def accepts(role: str, verdict: Verdict = "go") -> SignoffGiven:
    """A word whose meaning is acceptance."""
    return signs(role, verdict=verdict).model_copy(update={"meaning": "acceptance"})


def test_a_customer_accepts_explicitly(look: Look) -> None:
    for column in ("standard", "minor", "significant", "major", "emergency"):
        found = look("customer-accepted", PROPOSED, DEPLOYED, ACCEPTED, at=DONE, column=column)
        assert (found.result, found.rests_on) == ("met", (3,))
        silent = look("customer-accepted", PROPOSED, DEPLOYED, CALLED, at=DONE, column=column)
        assert (silent.result, silent.sentence) == (
            "unmet",
            "the customer has not accepted the current solution in production",
        )


def test_a_customer_of_the_team_does_not_accept_a_large_change(look: Look) -> None:
    for role in ("developer", "solution-manager"):
        past = (PROPOSED, holds("carla", role), ACCEPTED)
        found = look("customer-accepted", *past, at=DONE)
        assert (found.result, found.sentence) == ("unmet", "the acceptance is by a member of the project team")
        assert look("customer-accepted", *past, at=DONE, column="minor").result == "met"


def test_a_customer_accepts_what_is_in_production_now(look: Look) -> None:
    assert look("customer-accepted", PROPOSED, ACCEPTED, DEPLOYED, at=DONE).result == "unmet"


def test_a_customer_accepts_by_a_signature_that_means_it(look: Look) -> None:
    past = (PROPOSED, DEPLOYED, CALLED)
    found = look("customer-accepted", *past, by("carla")(accepts("customer")), at=DONE)
    assert (found.result, found.sentence) == ("met", "carla accepted by a sign-off as customer")
    approves = look("customer-accepted", *past, signs("customer"), at=DONE)
    assert (approves.result, approves.sentence) == (
        "unmet",
        "the customer has not accepted the current solution in production",
    )
    team = look("customer-accepted", holds("carla", "tester"), *past, by("carla")(accepts("customer")), at=DONE)
    assert (team.result, team.sentence) == ("unmet", "the acceptance is by a member of the project team")
    assert look("customer-accepted", *past, accepts("operations"), at=DONE).result == "unmet"


def test_a_customer_outside_the_team_makes_up_for_one_inside(look: Look) -> None:
    past = (PROPOSED, holds("carla", "tester"), DEPLOYED, ACCEPTED, CALLED)
    assert look("customer-accepted", *past, by("carlo")(accepts("customer")), at=DONE).result == "met"


def test_a_requester_accepts_a_small_change_by_any_signature(look: Look) -> None:
    past = (PROPOSED, DEPLOYED, CALLED)
    assert look("customer-accepted", *past, signs("requester"), at=DONE, column="minor").result == "met"
    assert look("customer-accepted", *past, accepts("requester"), at=DONE).result == "unmet"
    taken_back = (signs("requester"), signs("requester", verdict="withdrawn"))
    assert look("customer-accepted", *past, *taken_back, at=DONE, column="minor").result == "unmet"


def test_a_customer_declines_by_a_no_go(look: Look) -> None:
    declined = by("carla")(accepts("customer", "no-go"))
    for past in ((CALLED,), (ACCEPTED, CALLED)):
        found = look("customer-accepted", PROPOSED, DEPLOYED, *past, declined, at=DONE)
        assert (found.result, found.sentence) == ("unmet", "carla declined as customer")
    assert look("customer-accepted", PROPOSED, DEPLOYED, CALLED, declined, ACCEPTED, at=DONE).result == "met"


def test_a_project_is_reviewed_after_what_it_deployed(look: Look) -> None:
    found = look("project-reviewed", PROPOSED, DEPLOYED, REVIEWED, at=DONE)
    assert (found.result, found.rests_on) == ("met", (3,))
    assert found.sentence == "technical success: yes, business: yes, on time: no, on budget: yes"
    assert look("project-reviewed", PROPOSED, at=DONE, column="emergency").result == "unmet"
    early = look("project-reviewed", PROPOSED, REVIEWED, DEPLOYED, at=DONE)
    assert early.sentence == "the post-implementation review is older than the current deployment"


def test_a_survey_is_held_or_dated(look: Look) -> None:
    today = START.date()
    dated = SurveyRecorded(survey="s1", planned_for=today)
    assert look("survey-arranged", PROPOSED, dated, at=DONE).sentence == "survey s1 is scheduled"
    held = SurveyRecorded(survey="s1", invited=3, counts=((5, 2),), planned_for=date(2025, 12, 1))
    assert look("survey-arranged", PROPOSED, held, at=DONE).sentence == "survey s1 was held"
    assert look("survey-arranged", PROPOSED, at=DONE).sentence == "no satisfaction survey is held or scheduled"


def test_a_survey_whose_date_went_by_is_not_arranged(look: Look) -> None:
    late = SurveyRecorded(survey="s1", planned_for=date(2026, 1, 4))
    vague = SurveyRecorded(survey="s2")
    found = look("survey-arranged", PROPOSED, late, vague, at=DONE)
    assert (found.result, found.rests_on) == ("unmet", (2, 3))
    assert found.sentence == "survey s1, s2 is not held and has no future date"


def criterion(name: str, **given: object) -> SuccessCriterionAgreed:
    fields = {"criterion": name, "statement": "faster", "measure": "seconds", "target_value": "1", "direction": "down"}
    return SuccessCriterionAgreed.model_validate(fields | given)


DAY = date(2026, 6, 1)


def test_a_benefit_is_scheduled_with_a_date_and_a_person(look: Look) -> None:
    found = look("benefits-scheduled", PROPOSED, criterion("c1", measure_by=DAY, measured_by="carla"), at=DONE)
    assert (found.result, found.rests_on) == ("met", (2,))
    for lacking in ({}, {"measure_by": DAY}, {"measured_by": "carla"}):
        open_ = look("benefits-scheduled", PROPOSED, criterion("c1", **lacking), at=DONE)
        assert open_.sentence == "1 of 1 success criteria have no measurement date or responsible person: c1"


def test_a_benefit_is_measured_by_whoever_holds_the_role(look: Look) -> None:
    by_role = criterion("c1", measure_by=DAY, measured_by_role="customer")
    assert look("benefits-scheduled", PROPOSED, by_role, at=DONE).result == "unmet"
    assert look("benefits-scheduled", PROPOSED, holds("carla", "customer"), by_role, at=DONE).result == "met"


def test_a_benefit_that_is_measured_needs_no_date(look: Look) -> None:
    measured = BenefitMeasured(criterion="c1", value="2", measured_on=START.date())
    found = look("benefits-scheduled", PROPOSED, criterion("c1"), measured, at=DONE)
    assert (found.result, found.rests_on) == ("met", (2, 3))


def test_benefits_that_nobody_agreed_are_not_scheduled(look: Look) -> None:
    assert look("benefits-scheduled", PROPOSED, at=DONE).result == "unmet"
    assert look("benefits-scheduled", PROPOSED, at=DONE, column="minor").result == "not-applicable"
