"""A trace from a requirement."""

from domain.event import Event
from domain.planning.change_requests import ChangeRequestDecided, ChangeRequestRaised
from domain.planning.features import FeaturePlanned
from domain.planning.requirements import RequirementCaptured, RequirementRevised
from domain.planning.traces import TraceLinked, checks_of, features_of, orphan_features, untraced_requirements
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

CARDS = RequirementCaptured(requirement="cards", level="user", statement="pay by card")
CASH = RequirementCaptured(requirement="cash", level="user", statement="pay in cash")
READER = FeaturePlanned(feature="reader", title="Card reader", requirements=("cards",))
DRAWER = FeaturePlanned(feature="drawer", title="Drawer")
TO_DRAWER = TraceLinked(requirement="cash", to="drawer")
TO_TEST = TraceLinked(requirement="cash", to="t-1", to_kind="test")
PLANNED: tuple[Event, ...] = (PROPOSED, CARDS, CASH, READER, DRAWER)


def _without(trace: TraceLinked) -> TraceLinked:
    return trace.model_copy(update={"removed": True})


def test_is_linked_to_a_feature_or_a_test(given: GivenPast) -> None:
    given(*PLANNED).when(report(TO_DRAWER)).then(TO_DRAWER)
    given(*PLANNED).when(report(TO_TEST)).then(TO_TEST)


def test_linked_again_says_nothing_new(given: GivenPast) -> None:
    given(*PLANNED, TO_DRAWER, TO_TEST).when(report(TO_DRAWER)).then_nothing()


def test_is_taken_back(given: GivenPast) -> None:
    given(*PLANNED, TO_DRAWER).when(report(_without(TO_DRAWER))).then(_without(TO_DRAWER))


def test_that_never_was_is_not_taken_back(given: GivenPast) -> None:
    given(*PLANNED).when(report(_without(TO_DRAWER))).then_rejected(
        "to: cash has no trace to drawer, so none can be removed"
    )


def test_joins_what_is_there(given: GivenPast) -> None:
    given(PROPOSED, DRAWER).when(report(TO_DRAWER)).then_rejected(
        "requirement: cash is not captured; capture it first .capture-requirement."
    )
    given(PROPOSED, CASH).when(report(TO_DRAWER)).then_rejected(
        "to: feature drawer is not planned; plan it first .plan-feature."
    )


def test_adds_to_the_features_that_name_the_requirement_themselves(given: GivenPast) -> None:
    assert features_of(given(*PLANNED, TO_DRAWER).project()) == {"cards": {"reader"}, "cash": {"drawer"}}
    assert features_of(given(*PLANNED, TO_DRAWER, _without(TO_DRAWER)).project()) == {"cards": {"reader"}}


def test_to_a_test_is_counted_apart(given: GivenPast) -> None:
    assert checks_of(given(*PLANNED, TO_TEST, TO_DRAWER).project()) == {"cash": {"t-1"}}
    assert checks_of(given(*PLANNED, TO_TEST, _without(TO_TEST)).project()) == {}


def test_to_a_feature_out_of_scope_answers_nothing(given: GivenPast) -> None:
    removal = (
        ChangeRequestRaised(request="cr-1", about="scope", removes=("drawer",)),
        ChangeRequestDecided(request="cr-1", outcome="approved"),
    )
    assert untraced_requirements(given(*PLANNED, TO_DRAWER, *removal).project()) == ["cash"]


def test_is_missed_for_each_requirement_that_no_feature_answers(given: GivenPast) -> None:
    assert untraced_requirements(given(*PLANNED, TO_TEST).project()) == ["cash"]
    assert untraced_requirements(given(*PLANNED, TO_DRAWER).project()) == []


def test_is_not_missed_before_its_requirement_came_or_after_it_went(given: GivenPast) -> None:
    gone = RequirementRevised(requirement="cash", change="removed")
    project = given(*PLANNED, gone).project()
    assert (untraced_requirements(project), untraced_requirements(project, at=5)) == ([], ["cash"])
    assert untraced_requirements(project, at=2) == []


def test_is_missed_for_each_feature_that_answers_no_requirement_in_force(given: GivenPast) -> None:
    assert orphan_features(given(*PLANNED).project()) == ["drawer"]
    gone = RequirementRevised(requirement="cards", change="removed")
    assert orphan_features(given(*PLANNED, TO_DRAWER, gone).project()) == ["reader"]
