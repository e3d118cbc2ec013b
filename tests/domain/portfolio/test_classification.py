"""A classification."""

from dataclasses import replace
from typing import get_args

import pytest

from domain.lifecycle import Category
from domain.policy.policy import CategoryRule, Policy, Question
from domain.portfolio.classification import Answers, ChangeClassified, Classification, derived
from domain.reviews.change_classification import ClassifyChange
from tests.conftest import Given, by
from tests.domain.openings import CANCELLED, PROPOSED, GivenPast, answers, classified, holds

GRACE = holds("grace", "change-manager")
MINOR, SIGNIFICANT, MAJOR = answers(users=1), answers(services=2, users=2, effort=2), answers(data=3)
RULE = CategoryRule(
    questions=get_args(Question),
    decisive=("data", "money", "reversibility"),
    significant_from=5,
    major_from=12,
)


@pytest.mark.parametrize(
    ("given_answers", "category", "score"),
    [
        (answers(), "minor", 0),
        (answers(services=2, users=2), "minor", 4),
        (answers(services=2, users=2, effort=1), "significant", 5),
        (answers(services=3, users=3, downtime=3, effort=2), "significant", 11),
        (answers(services=3, users=3, downtime=3, effort=3), "major", 12),
        (answers(data=2), "minor", 2),
        (answers(data=3), "major", 3),
        (answers(money=3), "major", 3),
        (answers(reversibility=3), "major", 3),
        (answers(experience=3), "minor", 3),
    ],
)
def test_follows_from_the_answers(given_answers: Answers, category: Category, score: int) -> None:
    assert derived(given_answers, RULE) == (category, score)


def test_counts_only_the_questions_that_the_policy_asks() -> None:
    rule = RULE.model_copy(update={"questions": ("users",)})
    assert derived(answers(users=1, services=3, data=3), rule) == ("minor", 1)


def test_needs_no_role_the_first_time(given: GivenPast) -> None:
    first = ChangeClassified(category="minor", priority="low", answers=MINOR, score=1)
    given(PROPOSED).when(ClassifyChange(answers=MINOR, priority="low")).then(first)


def test_asks_for_a_project(given: GivenPast) -> None:
    given().when(ClassifyChange(answers=MINOR)).then_rejected("propose it first")
    given(PROPOSED, CANCELLED).when(ClassifyChange(answers=MINOR)).then_rejected("cancelled")


def test_asks_for_a_policy_that_makes_categories(given: GivenPast, policy: Policy) -> None:
    without = policy.model_copy(update={"category": None})
    replace(given(PROPOSED), policy=without).when(ClassifyChange(answers=MINOR)).then_rejected(
        "answers: policy default/1 has no category rule"
    )


def test_as_an_emergency_names_harm_or_incident(given: GivenPast) -> None:
    given(PROPOSED).when(ClassifyChange(answers=MINOR, priority="emergency")).then_rejected(
        "harm: an emergency needs a justification"
    )
    harm = ClassifyChange(answers=MINOR, priority="emergency", harm="nobody can pay")
    given(PROPOSED).when(harm).then_kinds("change.classified/1")
    incident = ClassifyChange(answers=MINOR, priority="emergency", incident="INC-7")
    given(PROPOSED).when(incident).then_kinds("change.classified/1")


def test_said_again_says_nothing_new(given: GivenPast) -> None:
    past = given(PROPOSED, ChangeClassified(category="minor", priority="medium", answers=MINOR, score=1), GRACE)
    past.when(ClassifyChange(answers=MINOR)).then_nothing()
    past.when(ClassifyChange(answers=MINOR), by="linus").then_nothing()


def test_is_confirmed_once_by_who_has_the_authority(given: GivenPast) -> None:
    first = ChangeClassified(category="minor", priority="medium", answers=MINOR, score=1)
    before = Classification(category="minor", priority="medium")
    confirmed = first.model_copy(update={"previous": before, "authority": "change-manager"})
    given(PROPOSED, first, GRACE).when(ClassifyChange(answers=MINOR), by="grace").then(confirmed)
    past = given(PROPOSED, first, GRACE, confirmed)
    past.when(ClassifyChange(answers=MINOR), by="grace").then_nothing()
    past.when(ClassifyChange(answers=MINOR), by="ada").then_nothing()


def test_is_not_confirmed_by_the_requester_whatever_their_role(given: GivenPast) -> None:
    first = ChangeClassified(category="minor", priority="medium", answers=MINOR, score=1)
    given(PROPOSED, first, holds("ada", "change-manager")).when(ClassifyChange(answers=MINOR)).then_nothing()


def test_is_not_confirmed_in_another_role(given: GivenPast) -> None:
    first = ChangeClassified(category="minor", priority="medium", answers=MINOR, score=1)
    past = given(PROPOSED, first, GRACE, holds("grace", "tester"))
    past.when(ClassifyChange(answers=MINOR), by="grace", role="tester").then_nothing()


def test_may_be_raised_by_anyone_until_it_is_confirmed(given: GivenPast) -> None:
    [raised] = given(PROPOSED, classified("minor")).when(ClassifyChange(answers=MAJOR)).follows()
    assert isinstance(raised, ChangeClassified)
    assert (raised.category, raised.previous) == ("major", Classification(category="minor", priority="medium"))


def test_once_confirmed_is_changed_only_with_authority(given: GivenPast) -> None:
    past = given(PROPOSED, GRACE, classified("minor", authority="change-manager"))
    past.when(ClassifyChange(answers=SIGNIFICANT), by="linus").then_rejected(
        "only change-manager may .* .held by grace"
    )
    past.when(ClassifyChange(answers=SIGNIFICANT)).then_rejected(
        "ada asked for this change; another person must reclassify it"
    )
    past.when(ClassifyChange(answers=MAJOR), by="grace").then_kinds("change.classified/1")


def test_from_a_template_is_changed_only_with_authority(given: GivenPast) -> None:
    standard = ChangeClassified(category="standard", priority="low", template="reboot")
    past = given(PROPOSED, GRACE, standard)
    past.when(ClassifyChange(answers=MINOR), by="linus").then_rejected(
        "only change-manager may reclassify this change .held by grace."
    )
    past.when(ClassifyChange(answers=MINOR), by="grace").then_kinds("change.classified/1")


def test_stays_open_to_all_under_a_policy_without_authorities(given: GivenPast, policy: Policy) -> None:
    past = replace(
        given(PROPOSED, classified("minor", authority="cab")), policy=policy.model_copy(update={"authorities": ()})
    )
    past.when(ClassifyChange(answers=MAJOR), by="linus").then_kinds("change.classified/1")


def test_is_lowered_with_a_reason_by_the_authority_of_the_higher_category(given: GivenPast) -> None:
    past = given(PROPOSED, holds("linus", "cab"), GRACE, classified("significant"))
    lower = ClassifyChange(answers=MINOR, reason="only one service after all")
    past.when(ClassifyChange(answers=MINOR), by="linus").then_rejected(
        "reason: lowering the category from significant needs a reason"
    )
    past.when(lower, by="grace").then_rejected(
        "only cab.* may lower the category of a significant change .held by linus"
    )
    [lowered] = past.when(lower, by="linus").follows()
    assert isinstance(lowered, ChangeClassified)
    assert (lowered.lowers, lowered.authority) == (True, "cab")


def test_is_not_lowered_by_the_requester_whatever_their_role(given: GivenPast) -> None:
    past = given(PROPOSED, holds("ada", "cab"), classified("significant"))
    past.when(ClassifyChange(answers=MINOR, reason="small")).then_rejected(
        "ada asked for this change; another person must lower its category"
    )


def test_as_major_is_lowered_by_an_executive(given: GivenPast) -> None:
    past = given(PROPOSED, holds("linus", "cab"), holds("ida", "executive"), classified("major"))
    lower = ClassifyChange(answers=SIGNIFICANT, reason="the data stays where it is")
    past.when(lower, by="linus").then_rejected("only executive may lower the category of a major change .held by ida.")
    past.when(lower, by="ida").then_kinds("change.classified/1")


def test_is_the_projects_own_from_then_on(given: GivenPast) -> None:
    entry = given(PROPOSED, classified("minor", "high")).project().entry
    assert (entry.category, entry.priority, entry.classified_in, entry.lowered_in) == ("minor", "high", 2, None)


def _lowered_with(given: GivenPast, authority: str | None) -> Given:
    lowered = ChangeClassified(
        category="minor",
        priority="medium",
        authority=authority,
        previous=Classification(category="major", priority="medium"),
    )
    return given(PROPOSED, classified("major"), by("linus")(lowered))


def test_keeps_when_it_was_lowered_and_whether_that_was_allowed(given: GivenPast) -> None:
    allowed = _lowered_with(given, "executive").project().entry
    assert (allowed.lowered_in, allowed.lowering_allowed) == (3, True)
    assert not _lowered_with(given, None).project().entry.lowering_allowed
