"""A procedure."""

from domain.reviews.fact_reports import report
from domain.stabilize.procedures import ProcedureTested, RollbackRuledOut
from tests.domain.openings import PROPOSED, GivenPast

EXERCISED = ProcedureTested(procedure="rollback", where="pilot", passed=True)


def test_is_exercised(given: GivenPast) -> None:
    given(PROPOSED).when(report(EXERCISED)).then(EXERCISED)


def test_exercised_again_was_exercised_twice(given: GivenPast) -> None:
    given(PROPOSED, EXERCISED).when(report(EXERCISED)).then(EXERCISED)


def test_for_rolling_back_is_ruled_out_with_a_reason(given: GivenPast) -> None:
    none = RollbackRuledOut(reason="the data is converted for good")
    given(PROPOSED).when(report(RollbackRuledOut())).then_rejected("needs a reason")
    given(PROPOSED).when(report(none)).then(none)
    given(PROPOSED, none).when(report(none)).then_nothing()
