"""A risk."""

from domain.envision.risks import NoRisksRecorded, RiskAssessed
from domain.reviews.fact_reports import report
from tests.conftest import by
from tests.domain.openings import PROPOSED, GivenPast

FLOOD = RiskAssessed(risk="flood", statement="the river rises", owner="grace", probability=100)


def test_is_assessed(given: GivenPast) -> None:
    given(PROPOSED).when(report(FLOOD), by="grace").then(FLOOD)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, FLOOD).when(report(FLOOD)).then_nothing()


def test_that_nobody_assessed_is_not_closed(given: GivenPast) -> None:
    closed = RiskAssessed(risk="fire", statement="it burns", state="expired")
    given(PROPOSED).when(report(closed)).then_rejected(
        "risk: risk fire can't be expired before it is assessed; assess it first .assess-risk."
    )


def test_none_at_all_is_said_with_a_reason(given: GivenPast) -> None:
    given(PROPOSED).when(report(NoRisksRecorded())).then_rejected("needs a reason")
    none = NoRisksRecorded(reason="walked through the plan with operations")
    given(PROPOSED, by("ada")(FLOOD)).when(report(none)).then(none)
