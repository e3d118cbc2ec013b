"""The working calendar."""

from datetime import UTC, date, datetime

import pytest

from domain.policy.calendar import day_of, working_days_between, working_days_later
from domain.policy.policy import Calendar

WEEK = Calendar()
FRIDAY = datetime(2026, 1, 9, 18, tzinfo=UTC)


@pytest.mark.parametrize(("days", "day"), [(0, 9), (1, 12), (5, 16), (6, 19)])
def test_counts_the_days_that_are_worked(days: int, day: int) -> None:
    assert working_days_later(FRIDAY, days, WEEK) == FRIDAY.replace(day=day)
    assert working_days_between(FRIDAY, FRIDAY.replace(day=day), WEEK) == days


def test_counts_in_the_zone_of_the_policy() -> None:
    tokyo = Calendar(zone="Asia/Tokyo")
    assert working_days_later(FRIDAY, 1, tokyo) == FRIDAY.replace(day=11)  # Saturday there, so Monday is their next
    assert working_days_between(FRIDAY, FRIDAY.replace(day=11, hour=20), tokyo) == 1


def test_tells_the_day_in_the_zone_of_the_policy() -> None:
    assert day_of(FRIDAY, Calendar(zone="Asia/Tokyo")) == date(2026, 1, 10)


def test_counts_nothing_backwards() -> None:
    assert working_days_between(FRIDAY, FRIDAY.replace(day=5), WEEK) == 0


def test_keeps_the_time_of_day_over_a_change_of_the_clocks() -> None:
    berlin = Calendar(zone="Europe/Berlin")
    assert working_days_later(datetime(2026, 3, 27, 8, tzinfo=UTC), 1, berlin) == datetime(2026, 3, 30, 7, tzinfo=UTC)
