"""An iteration."""

from datetime import date

from domain.build.iterations import IterationCompleted
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

FIRST = IterationCompleted(
    iteration="1",
    begins=date(2026, 1, 5),
    ends=date(2026, 1, 16),
    planned_size="21",
    done_size="18",
    unit="points",
    goal_met=True,
)


def test_is_completed(given: GivenPast) -> None:
    given(PROPOSED).when(report(FIRST)).then(FIRST)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, FIRST).when(report(FIRST)).then_nothing()


def test_does_not_end_before_it_begins(given: GivenPast) -> None:
    turned = FIRST.model_copy(update={"ends": date(2026, 1, 4)})
    given(PROPOSED).when(report(turned)).then_rejected("ends: the end is earlier than the begin; give a later day")


def test_may_last_one_day(given: GivenPast) -> None:
    short = FIRST.model_copy(update={"ends": FIRST.begins})
    given(PROPOSED).when(report(short)).then(short)
