"""A build."""

from datetime import timedelta

from domain.build.builds import BuildRecorded, BuildVerified, Commits, handed_over, verification_of
from domain.reviews.fact_reports import report
from tests.conftest import START
from tests.domain.openings import PROPOSED, GivenPast

ONE, TWO = f"sha256:{1:064x}", f"sha256:{2:064x}"
COMMITS = Commits(count=3, first_at=START - timedelta(days=9), last_at=START - timedelta(days=1))
BUILD = BuildRecorded(build="b1", digest=ONE, revision="4f2a", commits=COMMITS)
ACCEPTED = BuildVerified(build="b1", accepted=True, checks=("smoke",))


def test_is_recorded(given: GivenPast) -> None:
    given(PROPOSED).when(report(BUILD)).then(BUILD)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, BUILD).when(report(BUILD)).then_nothing()


def test_has_the_same_bytes_for_ever(given: GivenPast) -> None:
    other = BuildRecorded(build="b1", digest=TWO)
    given(PROPOSED, BUILD).when(report(other)).then_rejected(
        "digest: build b1 is recorded with another digest; record the new build under its own id"
    )


def test_has_no_last_commit_before_its_first(given: GivenPast) -> None:
    turned = Commits(count=3, first_at=COMMITS.last_at, last_at=COMMITS.first_at)
    given(PROPOSED).when(report(BuildRecorded(build="b1", digest=ONE, commits=turned))).then_rejected(
        "commits.last_at: the last commit is earlier than first_at; give a later time"
    )


def test_is_verified(given: GivenPast) -> None:
    given(PROPOSED, BUILD).when(report(ACCEPTED)).then(ACCEPTED)


def test_verified_again_as_before_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, BUILD, ACCEPTED).when(report(ACCEPTED)).then_nothing()


def test_that_nobody_recorded_is_not_verified(given: GivenPast) -> None:
    given(PROPOSED).when(report(ACCEPTED)).then_rejected(
        "build: build b1 is not recorded; record it first .record-build."
    )


def test_handed_over_is_the_newest(given: GivenPast) -> None:
    newer = BuildRecorded(build="b2", digest=TWO)
    project = given(PROPOSED, BUILD, ACCEPTED, newer).project()
    last, verified = handed_over(project), verification_of(project, "b1")
    assert last
    assert last.event == newer
    assert verified
    assert verified.event == ACCEPTED
    assert verification_of(project, "b2") is None


def test_may_hold_a_single_commit(given: GivenPast) -> None:
    single = Commits(count=1, first_at=START, last_at=START)
    built = BuildRecorded(build="b1", digest=ONE, commits=single)
    given(PROPOSED).when(report(built)).then(built)
