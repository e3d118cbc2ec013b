"""A feature's completion."""

from domain.build.builds import BuildRecorded
from domain.build.completion import FeatureCompleted, FeatureVerified, completed, verified
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

BUILD = BuildRecorded(build="b1", digest=f"sha256:{1:064x}")
DONE = FeatureCompleted(feature="login", build="b1", effort_hours="12.5")
CONFORMS = FeatureVerified(feature="login", conforms=True, specification_version="2")


def test_is_told_with_its_build(given: GivenPast) -> None:
    given(PROPOSED, BUILD).when(report(DONE)).then(DONE)


def test_is_told_without_a_build(given: GivenPast) -> None:
    done = FeatureCompleted(feature="login")
    given(PROPOSED).when(report(done)).then(done)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, BUILD, DONE).when(report(DONE)).then_nothing()


def test_names_a_build_that_there_is(given: GivenPast) -> None:
    given(PROPOSED).when(report(DONE)).then_rejected("build: build b1 is not recorded; record it first .record-build.")


def test_is_verified(given: GivenPast) -> None:
    given(PROPOSED, BUILD, DONE).when(report(CONFORMS)).then(CONFORMS)


def test_verified_again_as_before_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, BUILD, DONE, CONFORMS).when(report(CONFORMS)).then_nothing()


def test_verified_again_after_another_completion_is_news(given: GivenPast) -> None:
    given(PROPOSED, BUILD, DONE, CONFORMS, DONE).when(report(CONFORMS)).then(CONFORMS)


def test_that_never_was_is_not_verified(given: GivenPast) -> None:
    given(PROPOSED).when(report(CONFORMS)).then_rejected(
        "feature: feature login is not completed; record its completion first .complete-feature."
    )


def test_counts_as_verified_only_where_it_conforms_and_was_not_overtaken(given: GivenPast) -> None:
    differs = FeatureVerified(feature="search", conforms=False)
    search, pay = FeatureCompleted(feature="search"), FeatureCompleted(feature="pay")
    paid = FeatureVerified(feature="pay", conforms=True)
    project = given(PROPOSED, BUILD, DONE, CONFORMS, search, differs, pay, paid, pay).project()
    assert list(completed(project)) == ["login", "search", "pay"]
    assert list(verified(project)) == ["login"]
