"""The controls of entry."""

from datetime import timedelta

import pytest

from domain.lifecycle import Gate
from domain.policy.rulebook import PolicyEvent
from domain.policy_changes.standard_changes import StandardChangeRegistered, StandardChangeSuspended, StandardChangeUsed
from domain.portfolio.classification import ChangeClassified, Classification
from domain.portfolio.goals import GoalLinked
from domain.portfolio.preapproval import ProjectPreapproved
from tests.conftest import START, Act, by, event_id
from tests.domain.controls.conftest import Look
from tests.domain.controls.reviewed import ENVISIONED, called, decided, signs
from tests.domain.openings import DOCUMENT, PROPOSED, answers, classified, holds

CLASSIFIED = ChangeClassified(category="minor", priority="medium", answers=answers(users=2), score=2)
STANDARD = ChangeClassified(category="standard", priority="low", template="patch")
PREAPPROVED = ProjectPreapproved(
    template="patch", template_version=1, standing_approval=event_id(1), limits_checked=("in date",)
)
REGISTERED = StandardChangeRegistered(
    template="patch",
    template_version=1,
    service="pay",
    steps=DOCUMENT,
    checks=("it answers",),
    proven_by=("earlier",),
    valid_until=START + timedelta(days=300),
    uses=2,
    failure_rate=500,
    approved_by="cab",
)


def used(project: str, outcome: str = "started") -> StandardChangeUsed:
    return StandardChangeUsed.model_validate({"template": "patch", "project": project, "outcome": outcome})


def test_a_change_that_nobody_classified_is_not(look: Look) -> None:
    found = look("category-classified", PROPOSED, at=Gate.PORTFOLIO)
    assert (found.result, found.sentence) == ("unmet", "this change is not classified yet")


def test_a_change_classified_with_authority_is(look: Look) -> None:
    said = CLASSIFIED.model_copy(update={"authority": "change-manager"})
    found = look("category-classified", PROPOSED, by("cleo")(said), at=Gate.PORTFOLIO, column="minor")
    assert (found.result, found.rests_on) == ("met", (2,))
    assert (found.result, found.sentence) == ("met", "minor with a score of 2, by cleo as change-manager")


def test_a_category_without_answers_is_not_classified(look: Look) -> None:
    found = look("category-classified", PROPOSED, classified("minor"), at=Gate.PORTFOLIO, column="minor")
    assert (found.result, found.sentence) == ("unmet", "classified as minor by ada without answers to the questions")


def test_a_requester_alone_does_not_classify(look: Look) -> None:
    said = CLASSIFIED.model_copy(update={"authority": "change-manager"})
    for own in (CLASSIFIED, said):
        found = look("category-classified", PROPOSED, own, at=Gate.PORTFOLIO, column="minor")
        assert (found.result, found.sentence) == (
            "unmet",
            "classified as minor by ada alone; change-manager must confirm it",
        )


def test_a_sign_off_of_whoever_may_classify_confirms_it(look: Look) -> None:
    past = (PROPOSED, CLASSIFIED, holds("cleo", "change-manager"), called(Gate.PORTFOLIO, "change-manager", "tester"))
    found = look("category-classified", *past, by("cleo")(signs("change-manager")), at=Gate.PORTFOLIO, column="minor")
    assert (found.result, found.sentence) == ("met", "minor by ada, confirmed by cleo as change-manager")


@pytest.mark.parametrize(
    "word",
    [
        by("tess")(signs("tester")),
        by("cleo")(signs("change-manager", verdict="no-go")),
        by("ada")(signs("change-manager")),
    ],
)
def test_a_word_of_another_role_or_of_the_classifier_confirms_nothing(look: Look, word: Act) -> None:
    past = (PROPOSED, CLASSIFIED, called(Gate.PORTFOLIO, "change-manager", "tester"), word)
    assert look("category-classified", *past, at=Gate.PORTFOLIO, column="minor").result == "unmet"


def test_a_category_that_the_policy_lets_nobody_set_is_never_confirmed(look: Look) -> None:
    said = CLASSIFIED.model_copy(update={"category": "standard", "template": None})
    assert "the change has no template" in look("category-classified", PROPOSED, said, at=Gate.PORTFOLIO).sentence


def test_standard_is_only_what_its_template_holds(look: Look) -> None:
    past = (PROPOSED, STANDARD, PREAPPROVED)
    found = look("category-classified", *past, at=Gate.PORTFOLIO, column="standard", rules=[REGISTERED])
    assert (found.result, found.sentence) == ("met", "standard by its template")
    found = look("category-classified", *past, at=Gate.PORTFOLIO, column="standard")
    assert (found.result, found.sentence) == ("unmet", "classified as standard, but template patch is not registered")


def test_a_template_holds_although_its_own_use_is_the_last(look: Look) -> None:
    rules = [REGISTERED, used("other"), used("p"), used("later")]
    found = look("template-valid", PROPOSED, STANDARD, PREAPPROVED, at=Gate.DEPLOYED, column="standard", rules=rules)
    assert (found.result, found.sentence, found.rests_on) == ("met", "template patch is valid", (3,))


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ([REGISTERED, used("one"), used("two"), used("p")], "all its 2 allowed uses are used"),
        ([REGISTERED, used("one"), used("one", "failed")], "1 of its last 1 uses failed"),
        ([REGISTERED, StandardChangeSuspended(template="patch", cause="scope")], "it is suspended (scope)"),
        ([REGISTERED.model_copy(update={"valid_until": START})], "it expired on 2026-01-05"),
        ([REGISTERED.model_copy(update={"service": "mail"})], "is for service mail, not for pay"),
    ],
)
def test_a_template_past_its_limits_does_not_hold(look: Look, rules: list[PolicyEvent], why: str) -> None:
    found = look("template-valid", PROPOSED, STANDARD, PREAPPROVED, at=Gate.DEPLOYED, column="standard", rules=rules)
    assert found.result == "unmet"
    assert why in found.sentence


def test_a_change_without_a_template_has_no_valid_one(look: Look) -> None:
    found = look("template-valid", PROPOSED, at=Gate.PORTFOLIO, column="standard")
    assert (found.result, found.sentence, found.rests_on) == ("unmet", "the change has no template", ())


def test_the_portfolio_lets_a_project_in_by_review_by_template_or_by_the_same_review(look: Look) -> None:
    past = (PROPOSED, called(Gate.PORTFOLIO), decided(Gate.PORTFOLIO))
    found = look("portfolio-approved", *past, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == ("met", "admitted to the Deliver Phase on 2026-01-05, basis reviewed")
    assert look("portfolio-approved", PROPOSED, PREAPPROVED, at=Gate.ENVISIONED).result == "met"
    assert look("portfolio-approved", PROPOSED, at=Gate.ENVISIONED, assumed=[Gate.PORTFOLIO]).result == "met"
    assert look("portfolio-approved", PROPOSED, at=Gate.ENVISIONED).result == "unmet"


def test_a_goal_counts_once_somebody_confirmed_it(look: Look) -> None:
    goal = GoalLinked(goal="grow", statement="more customers")
    confirmed = GoalLinked(goal="save", statement="less paper", confirmed_by_role="sponsor")
    other = GoalLinked(goal="shine", statement="happier customers", confirmed_by_role="sponsor")
    assert look("goal-linked", PROPOSED, at=Gate.ENVISIONED).result == "unmet"
    assert look("goal-linked", PROPOSED, at=Gate.ENVISIONED, column="minor").result == "not-applicable"
    found = look("goal-linked", PROPOSED, goal, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == ("unmet", "the link to grow is not confirmed")
    past, says = (PROPOSED, holds("sam", "sponsor")), by("sam")
    found = look("goal-linked", *past, goal, says(confirmed), at=Gate.ENVISIONED)
    assert (found.result, found.sentence, found.rests_on) == ("met", "linked to save, confirmed by the sponsor", (4,))
    found = look("goal-linked", *past, says(confirmed), says(other), confirmed, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == ("met", "linked to save, confirmed by the sponsor and 1 more")
    found = look("goal-linked", *past, confirmed, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == ("unmet", "the link to save is not confirmed"), "ada is no sponsor"


def test_one_solution_manager_and_one_owner_are_asked_for(look: Look) -> None:
    manager, owner = holds("sol", "solution-manager"), holds("pia", "program-manager")
    found = look("accountable-named", PROPOSED, manager, owner, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == ("met", "sol is accountable, pia is the owner")
    found = look("accountable-named", PROPOSED, owner, holds("paul", "program-manager"), at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == (
        "unmet",
        "exactly one person must hold each role; now: solution-manager nobody; program-manager paul, pia",
    )
    deputy = holds("paul", "program-manager").model_copy(update={"deputy_for": event_id(3)})
    assert look("accountable-named", PROPOSED, manager, owner, deputy, at=Gate.ENVISIONED).result == "met"


WAS_MAJOR = Classification(category="major", priority="medium")
LOWERED = ChangeClassified(category="minor", priority="medium", previous=WAS_MAJOR)


def test_a_category_that_stays_was_not_lowered(look: Look) -> None:
    raised = ChangeClassified(
        category="major", priority="medium", previous=Classification(category="minor", priority="low")
    )
    found = look("category-not-lowered", PROPOSED, classified("minor"), raised, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == ("met", "the category was not lowered since the last gate")


def test_a_category_lowered_without_authority_is_said(look: Look) -> None:
    found = look("category-not-lowered", PROPOSED, LOWERED, at=Gate.ENVISIONED, column="minor")
    assert (found.result, found.sentence) == ("unmet", "ada lowered the category to minor without authority")
    allowed = by("eve")(LOWERED.model_copy(update={"authority": "executive"}))
    found = look("category-not-lowered", PROPOSED, allowed, at=Gate.ENVISIONED, column="minor")
    assert (found.result, found.sentence) == ("met", "eve lowered the category to minor with authority")


def test_a_lowering_before_the_last_gate_or_taken_back_since_is_over(look: Look) -> None:
    assert (
        look("category-not-lowered", PROPOSED, LOWERED, ENVISIONED, at=Gate.PLAN_APPROVED, column="minor").result
        == "met"
    )
    assert look("category-not-lowered", PROPOSED, LOWERED, at=Gate.PLAN_APPROVED, column="major").result == "met"
