"""A deployment's stabilization."""

from datetime import datetime, timedelta

import pytest

from domain.deploy.stabilization import (
    Assumed,
    DeploymentConfirmedStable,
    QuietPeriodStarted,
    StartQuietPeriod,
    quiet_period,
)
from domain.event import Event
from domain.lifecycle import Category, Priority
from domain.portfolio.classification import ChangeClassified
from domain.portfolio.pauses import ProjectCancelled
from domain.reviews.fact_reports import report
from domain.reviews.milestones import BuildCompleted, ReleaseReady
from tests.conftest import START, Act, by
from tests.domain.deploy.past import AGAIN, ROLLED_BACK, STARTED, SUCCEEDED
from tests.domain.openings import PROPOSED, GivenPast

STABLE = DeploymentConfirmedStable(attempt="a1", verified="orders of a week compared", agreed_by=("carol", "pat"))
NOW = START + timedelta(days=200)
"""A Friday."""


def classified(category: Category, priority: Priority = "medium") -> Event:
    return ChangeClassified(category=category, priority=priority)


def stabilized(days: float) -> tuple[Act, Act]:
    """Milestones so many days apart."""
    built, ready = BuildCompleted(basis="reviewed", attempt=1), ReleaseReady(basis="reviewed", attempt=1)
    return by("sam", at=START + timedelta(days=9))(built), by("sam", at=START + timedelta(days=9 + days))(ready)


def test_is_told(given: GivenPast) -> None:
    given(PROPOSED, STARTED, SUCCEEDED).when(report(STABLE)).then(STABLE)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, STARTED, SUCCEEDED, STABLE).when(report(STABLE)).then_nothing()


def test_told_again_after_a_roll_back_is_news(given: GivenPast) -> None:
    given(PROPOSED, STARTED, SUCCEEDED, STABLE, ROLLED_BACK).when(report(STABLE)).then(STABLE)


def test_is_that_of_an_attempt_that_there_was(given: GivenPast) -> None:
    given(PROPOSED).when(report(STABLE)).then_rejected(
        "attempt: deployment attempt a1 is not started; record its start first .start-deployment."
    )


@pytest.mark.parametrize(
    ("classification", "days"),
    [
        (classified("standard"), 0),
        (classified("minor"), 2),
        (classified("significant"), 7),
        (classified("major"), 15),
        (classified("major", "emergency"), 2),
    ],
)
def test_needs_a_quiet_period_as_long_as_the_policy_asks(given: GivenPast, classification: Event, days: int) -> None:
    past = given(PROPOSED, classification, STARTED, SUCCEEDED)
    past.when(StartQuietPeriod(), at=NOW).then(QuietPeriodStarted(planned_until=NOW + timedelta(days=days)))


@pytest.mark.parametrize(("stabilization", "quiet"), [(10, 15), (75, 15), (100, 20), (150, 30), (170, 30)])
def test_of_a_major_change_is_quiet_for_a_fifth_of_its_stabilizing(
    given: GivenPast, stabilization: int, quiet: int
) -> None:
    past = given(PROPOSED, classified("major"), *stabilized(stabilization), STARTED, SUCCEEDED)
    past.when(StartQuietPeriod(), at=NOW).then(QuietPeriodStarted(planned_until=NOW + timedelta(days=quiet)))


def test_that_never_became_ready_is_quiet_for_the_least(given: GivenPast) -> None:
    past = given(PROPOSED, classified("major"), stabilized(100)[0], STARTED, SUCCEEDED)
    past.when(StartQuietPeriod(), at=NOW).then(QuietPeriodStarted(planned_until=NOW + timedelta(days=15)))


def test_is_not_quiet_where_nothing_is_in_production(given: GivenPast) -> None:
    given(PROPOSED, STARTED).when(StartQuietPeriod()).then_rejected(
        "the quiet period can't start: nothing is in production; record the deployment first"
    )
    given().when(StartQuietPeriod()).then_rejected(
        "there is no project with this key; propose it first .propose-project."
    )
    over = ProjectCancelled(cause="no-value")
    given(PROPOSED, STARTED, SUCCEEDED, over).when(StartQuietPeriod()).then_rejected("cancelled")


def running(at: datetime, assumed: Assumed | None = None) -> QuietPeriodStarted:
    return QuietPeriodStarted(planned_until=at, assumed=assumed)


def test_goes_on_being_quiet_to_the_same_end(given: GivenPast) -> None:
    end = NOW + timedelta(days=3)
    past = given(PROPOSED, classified("major"), STARTED, SUCCEEDED, running(end))
    past.when(StartQuietPeriod(), at=NOW).then_nothing()
    assumed = Assumed(availability_ppm=999_000, incidents=1, restore_minutes=30)
    past.when(StartQuietPeriod(assumed=assumed), at=NOW).then(running(end, assumed))


def test_is_quiet_anew_after_another_deployment(given: GivenPast) -> None:
    past = given(PROPOSED, classified("minor"), STARTED, SUCCEEDED, running(NOW), AGAIN)
    assert quiet_period(past.project()) is None
    past.when(StartQuietPeriod(), at=NOW).then(running(NOW + timedelta(days=2)))
