"""What a source can tell."""

from domain.lifecycle import Gate
from domain.portfolio.coverage import CoverageStated, stated
from tests.domain.openings import PROPOSED, GivenPast

EVERYWHERE = CoverageStated(subject="goal-linked", answer="undetermined", explanation="it keeps no goals")
AT_ONE = CoverageStated(subject="goal-linked", gate=Gate.ENVISIONED, answer="met", explanation="it says so there")


def test_is_stated_for_one_gate_before_it_is_for_all(given: GivenPast) -> None:
    project = given(PROPOSED, AT_ONE, EVERYWHERE).project()
    assert stated(project, "goal-linked", Gate.ENVISIONED) == AT_ONE
    assert stated(project, "goal-linked", Gate.DEPLOYED) == EVERYWHERE


def test_is_not_stated_of_everything(given: GivenPast) -> None:
    assert stated(given(PROPOSED, AT_ONE).project(), "gates-in-order", Gate.ENVISIONED) is None
