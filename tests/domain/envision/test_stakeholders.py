"""A stakeholder."""

from domain.envision.stakeholders import StakeholderIdentified, required_at
from domain.lifecycle import Gate
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

SALES = StakeholderIdentified(party="sales", stake="customer", required_at=(Gate.ENVISIONED,))
HELPDESK = StakeholderIdentified(party="helpdesk", stake="support", required_at=(Gate.RELEASE_READY,))


def test_is_identified(given: GivenPast) -> None:
    given(PROPOSED).when(report(SALES)).then(SALES)


def test_identified_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, SALES, HELPDESK).when(report(SALES)).then_nothing()


def test_is_required_at_the_gates_named_last(given: GivenPast) -> None:
    project = given(PROPOSED, SALES, HELPDESK).project()
    assert [stakeholder.event for stakeholder in required_at(project, Gate.ENVISIONED)] == [SALES]
    released = given(PROPOSED, SALES, SALES.model_copy(update={"required_at": ()})).project()
    assert required_at(released, Gate.ENVISIONED) == []
