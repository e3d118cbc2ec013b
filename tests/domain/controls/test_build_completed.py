"""The controls at the end of Build."""

from domain.build.builds import BuildRecorded, BuildVerified
from domain.build.completion import FeatureCompleted, FeatureVerified
from domain.build.documents import DocumentRecorded
from domain.lifecycle import Gate
from domain.planning.change_requests import ChangeRequestDecided, ChangeRequestRaised
from domain.planning.features import FeaturePlanned
from domain.planning.requirements import RequirementCaptured, RequirementRevised
from domain.state.project import ProjectEvent
from tests.domain.controls.conftest import Look
from tests.domain.controls.reviewed import PLANNED
from tests.domain.openings import PROPOSED

BUILT = Gate.BUILD_COMPLETED
DIGEST = f"sha256:{'1' * 64}"
NEED = RequirementCaptured(requirement="r1", level="user", statement="pay by card")
LATE_NEED = RequirementCaptured(requirement="r2", level="user", statement="pay by phone")


def planned(feature: str) -> FeaturePlanned:
    return FeaturePlanned(feature=feature, title=feature)


def built(feature: str, conforms: bool = True) -> tuple[ProjectEvent, ProjectEvent]:
    return FeatureCompleted(feature=feature), FeatureVerified(feature=feature, conforms=conforms)


def changed(
    *, adds: tuple[str, ...] = (), removes: tuple[str, ...] = (), later: bool = False, request: str = "cr1"
) -> tuple[ProjectEvent, ProjectEvent]:
    """A change request, approved."""
    return (
        ChangeRequestRaised(request=request, about="scope", adds=adds, removes=removes),
        ChangeRequestDecided(request=request, outcome="approved", next_release=later),
    )


def test_features_that_are_all_completed_and_verified_are_complete(look: Look) -> None:
    found = look("features-complete", PROPOSED, planned("f1"), *built("f1"), at=BUILT)
    assert (found.result, found.rests_on) == ("met", (2, 3, 4))
    assert found.sentence == "1 feature in scope, all completed and verified"


def test_features_that_nobody_planned_are_not_complete(look: Look) -> None:
    assert look("features-complete", PROPOSED, at=BUILT).result == "unmet"
    assert look("features-complete", PROPOSED, at=BUILT, column="minor").result == "not-applicable"


def test_a_feature_that_is_not_completed_is_named(look: Look) -> None:
    found = look("features-complete", PROPOSED, planned("f1"), planned("f2"), *built("f2"), at=BUILT)
    assert (found.result, found.rests_on) == ("unmet", (2,))
    assert found.sentence == "1 feature of 2 features in scope are open: f1 not completed"


def test_a_feature_that_is_not_as_specified_is_not_complete(look: Look) -> None:
    found = look("features-complete", PROPOSED, planned("f1"), *built("f1", conforms=False), at=BUILT)
    assert found.sentence == "1 feature of 1 features in scope are open: f1 completed but not verified as specified"
    again = FeatureCompleted(feature="f1", effort_hours="2")
    overtaken = look("features-complete", PROPOSED, planned("f1"), *built("f1"), again, at=BUILT)
    assert (overtaken.result, overtaken.rests_on) == ("unmet", (2, 5))


def test_a_feature_removed_by_an_approved_change_need_not_be_complete(look: Look) -> None:
    past = (PROPOSED, planned("f1"), planned("f2"), *built("f1"))
    assert look("features-complete", *past, *changed(removes=("f2",)), at=BUILT).result == "met"
    assert look("features-complete", *past, changed(removes=("f2",))[0], at=BUILT).result == "unmet"
    assert look("features-complete", PROPOSED, planned("f2"), *changed(removes=("f2",)), at=BUILT).result == "unmet"


def test_ten_thousand_features_are_counted_and_three_named(look: Look) -> None:
    features = [planned(f"f{number}") for number in range(10_000)]
    found = look("features-complete", PROPOSED, *features, at=BUILT)
    assert (
        found.sentence == "10000 features of 10000 features in scope are open: f0, f1, f2 and 9997 more not completed"
    )


def test_a_scope_that_stands_as_planned_is_approved(look: Look) -> None:
    found = look("scope-changes-approved", PROPOSED, NEED, planned("f1"), PLANNED, at=BUILT)
    assert found.result == "met"
    assert found.sentence == "the scope has not changed since the plan except by approved change requests"


def test_a_scope_without_anything_in_it_is_not_approved(look: Look) -> None:
    assert look("scope-changes-approved", PROPOSED, PLANNED, at=BUILT).result == "unmet"
    assert look("scope-changes-approved", PROPOSED, PLANNED, at=BUILT, column="minor").result == "not-applicable"


def test_a_scope_can_only_change_against_a_plan(look: Look) -> None:
    assert look("scope-changes-approved", PROPOSED, planned("f1"), at=BUILT).result == "not-applicable"


def test_a_feature_planned_anew_is_no_change_of_scope(look: Look) -> None:
    again = FeaturePlanned(feature="f1", title="cards")
    assert look("scope-changes-approved", PROPOSED, planned("f1"), PLANNED, again, at=BUILT).result == "met"


def test_what_comes_into_scope_without_an_approved_change_is_creep(look: Look) -> None:
    past = (PROPOSED, NEED, planned("f1"), PLANNED, LATE_NEED, planned("f2"))
    found = look("scope-changes-approved", *past, at=BUILT)
    assert (found.result, found.rests_on) == ("unmet", (5, 6))
    assert found.sentence == "2 parts of the scope changed after the plan without an approved change request: f2, r2"
    controlled = look("scope-changes-approved", *past, *changed(adds=("f2", "r2")), at=BUILT)
    assert (controlled.result, controlled.rests_on) == ("met", (5, 6, 8))
    assert controlled.sentence == "2 scope changes since the plan, each by an approved change request"
    put_off = look("scope-changes-approved", *past, *changed(adds=("f2", "r2"), later=True), at=BUILT)
    assert put_off.result == "unmet"


def test_a_feature_brought_back_without_an_approved_change_is_creep(look: Look) -> None:
    past = (PROPOSED, planned("f1"), PLANNED, *changed(removes=("f1",)))
    back = FeaturePlanned(feature="f1", title="after all")
    assert look("scope-changes-approved", *past, at=BUILT).result == "met"
    assert look("scope-changes-approved", *past, back, at=BUILT).result == "unmet"
    again = changed(adds=("f1",), request="cr2")
    assert look("scope-changes-approved", *past, *again, back, at=BUILT).result == "met"


def test_a_requirement_is_revised_by_an_approved_change(look: Look) -> None:
    past = (PROPOSED, NEED, PLANNED)
    alone = RequirementRevised(requirement="r1", change="changed", statement="pay by any card")
    named = alone.model_copy(update={"change_request": "cr1"})
    assert look("scope-changes-approved", *past, alone, at=BUILT).result == "unmet"
    assert look("scope-changes-approved", *past, named, at=BUILT).result == "unmet"
    assert look("scope-changes-approved", *past, *changed(), named, at=BUILT).result == "met"
    assert look("scope-changes-approved", *past, *changed(), alone, named, at=BUILT).result == "unmet"
    assert look("scope-changes-approved", PROPOSED, NEED, alone, PLANNED, at=BUILT).result == "met"


def test_a_requirement_goes_by_an_approved_change(look: Look) -> None:
    gone = RequirementRevised(requirement="r1", change="removed")
    past = (PROPOSED, NEED, PLANNED, gone)
    assert look("scope-changes-approved", *past, *changed(removes=("r1",)), at=BUILT).result == "met"
    assert look("scope-changes-approved", *past, *changed(adds=("r1",)), at=BUILT).result == "unmet"


def test_a_test_specification_is_ready_once_it_is_on_record(look: Look) -> None:
    specified = DocumentRecorded(document="t1", type="test-specification", title="Tests", digest=DIGEST)
    other = DocumentRecorded(document="t2", type="report", title="Tests", digest=DIGEST)
    found = look("test-specification-ready", PROPOSED, specified, at=BUILT)
    assert (found.result, found.rests_on) == ("met", (2,))
    assert found.sentence == "test specification recorded: t1"
    assert look("test-specification-ready", PROPOSED, other, at=BUILT).result == "unmet"


def test_a_build_is_accepted_by_its_verification(look: Look) -> None:
    first, second = BuildRecorded(build="b1", digest=DIGEST), BuildRecorded(build="b2", digest=DIGEST)
    good, bad = BuildVerified(build="b1", accepted=True), BuildVerified(build="b1", accepted=False)
    assert look("build-accepted", PROPOSED, at=BUILT).result == "unmet"
    assert look("build-accepted", PROPOSED, first, at=BUILT).sentence.startswith("build b1 is not verified yet")
    assert look("build-accepted", PROPOSED, first, good, at=BUILT).result == "met"
    refused = look("build-accepted", PROPOSED, first, good, bad, at=BUILT)
    assert (refused.result, refused.rests_on) == ("unmet", (2, 4))
    newer = look("build-accepted", PROPOSED, first, good, second, at=BUILT)
    assert newer.result == "unmet"
