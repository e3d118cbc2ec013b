"""A survey."""

from datetime import date
from typing import Any

import pytest

from domain.deploy.surveys import SurveyRecorded
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

HELD = SurveyRecorded(survey="s1", invited=40, counts=((1, 5), (4, 15), (5, 10)))


def test_is_held(given: GivenPast) -> None:
    given(PROPOSED).when(report(HELD)).then(HELD)


def test_is_dated(given: GivenPast) -> None:
    dated = SurveyRecorded(survey="s1", planned_for=date(2026, 6, 1))
    given(PROPOSED).when(report(dated)).then(dated)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, HELD).when(report(HELD)).then_nothing()


@pytest.mark.parametrize(
    ("odd", "because"),
    [
        ({"scale_min": 5, "counts": ()}, "scale from 5 to 5"),
        ({"scale_max": 4}, "scale from 1 to 4"),
        ({"scale_min": 4}, "scale from 4 to 5"),
        ({"counts": ((4, 5), (4, 1))}, "counts: an answer is listed more than once; add its counts up"),
        ({"invited": 29}, "invited: there are 30 answers but only 29 people were invited"),
    ],
)
def test_adds_up(given: GivenPast, odd: dict[str, Any], because: str) -> None:
    given(PROPOSED).when(report(HELD.model_copy(update=odd))).then_rejected(because)
