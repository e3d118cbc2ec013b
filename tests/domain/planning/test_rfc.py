"""A request for change."""

from datetime import timedelta

from domain.planning.rfc import RfcScheduled, RfcSubmitted, Window
from domain.reviews.fact_reports import report
from tests.conftest import START
from tests.domain.openings import DOCUMENT, PROPOSED, GivenPast

NIGHT = Window(opens=START, closes=START + timedelta(hours=4))
NEVER = Window(opens=START, closes=START)
SUBMITTED = RfcSubmitted(rfc="rfc-1", services=("pay",), downtime_minutes=5, window_wanted=NIGHT, rollback=DOCUMENT)
SCHEDULED = RfcScheduled(rfc="rfc-1", window=NIGHT)


def test_is_submitted(given: GivenPast) -> None:
    given(PROPOSED).when(report(SUBMITTED)).then(SUBMITTED)
    given(PROPOSED).when(report(RfcSubmitted(rfc="rfc-1"))).then(RfcSubmitted(rfc="rfc-1"))


def test_submitted_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, SUBMITTED).when(report(SUBMITTED)).then_nothing()


def test_gets_its_window(given: GivenPast) -> None:
    given(PROPOSED, SUBMITTED).when(report(SCHEDULED)).then(SCHEDULED)


def test_scheduled_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, SUBMITTED, SCHEDULED).when(report(SCHEDULED)).then_nothing()


def test_that_nobody_submitted_is_not_scheduled(given: GivenPast) -> None:
    given(PROPOSED).when(report(SCHEDULED)).then_rejected(
        "rfc: request for change rfc-1 is not submitted; submit it first .submit-rfc."
    )


def test_has_a_window_that_opens_before_it_closes(given: GivenPast) -> None:
    never = SUBMITTED.model_copy(update={"window_wanted": NEVER})
    given(PROPOSED).when(report(never)).then_rejected("window: it closes before it opens; give a later closing time")
    closed = SCHEDULED.model_copy(update={"window": NEVER})
    given(PROPOSED, SUBMITTED).when(report(closed)).then_rejected(
        "window: it closes before it opens; give a later closing time"
    )
