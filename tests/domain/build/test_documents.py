"""A document."""

import pytest

from domain.build.documents import DocumentRecorded, EvidenceVerified, documents, not_found_again, preparers
from domain.reviews.fact_reports import report
from tests.conftest import by
from tests.domain.openings import PROPOSED, GivenPast

ONE, TWO = f"sha256:{1:064x}", f"sha256:{2:064x}"
NOTES = DocumentRecorded(document="notes", type="release-notes", title="Release notes", digest=ONE, about=("rc1",))
SECOND = NOTES.model_copy(update={"version": "2", "digest": TWO})
SAME = EvidenceVerified(document="notes", digest=ONE, found=ONE)


def test_is_recorded(given: GivenPast) -> None:
    given(PROPOSED).when(report(NOTES)).then(NOTES)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, NOTES).when(report(NOTES)).then_nothing()


def test_changes_with_a_next_version(given: GivenPast) -> None:
    given(PROPOSED, NOTES).when(report(SECOND)).then(SECOND)


def test_has_the_same_bytes_in_each_version_for_ever(given: GivenPast) -> None:
    changed = NOTES.model_copy(update={"digest": TWO})
    given(PROPOSED, NOTES, SECOND).when(report(changed)).then_rejected(
        "digest: version 1 of document notes has another digest; record a new version"
    )


def test_supersedes_one_that_there_is(given: GivenPast) -> None:
    final = DocumentRecorded(document="final", type="release-notes", title="Notes", digest=TWO, supersedes="notes")
    given(PROPOSED).when(report(final)).then_rejected(
        "supersedes: document notes is not recorded; record it first .record-document."
    )
    given(PROPOSED, NOTES).when(report(final)).then(final)
    assert [known.event for known in documents(given(PROPOSED, NOTES, final).project())] == [final]


def test_is_listed_by_its_type_in_its_newest_version(given: GivenPast) -> None:
    plan = DocumentRecorded(document="plan", type="plan", title="Plan", digest=ONE)
    project = given(PROPOSED, NOTES, plan, SECOND).project()
    assert [known.event for known in documents(project)] == [plan, SECOND]
    assert [known.event for known in documents(project, "plan")] == [plan]


def test_was_prepared_by_whoever_told_it_unless_another_is_named(given: GivenPast) -> None:
    plan = DocumentRecorded(document="plan", type="plan", title="Plan", digest=ONE, prepared_by="grace")
    assert preparers(given(PROPOSED, by("linus")(NOTES), by("linus")(plan)).project()) == {"linus", "grace"}


def test_is_found_again(given: GivenPast) -> None:
    given(PROPOSED, NOTES).when(report(SAME)).then(SAME)


def test_looked_for_again_is_looked_for_twice(given: GivenPast) -> None:
    given(PROPOSED, NOTES, SAME).when(report(SAME)).then(SAME)


@pytest.mark.parametrize(("found", "result"), [(ONE, "same"), (TWO, "different"), (None, "missing")])
def test_looked_for_is_the_same_or_different_or_missing(found: str | None, result: str) -> None:
    assert EvidenceVerified(document="notes", digest=ONE, found=found).result == result


def test_is_looked_for_under_a_digest_that_it_had(given: GivenPast) -> None:
    given(PROPOSED, NOTES).when(report(EvidenceVerified(document="notes", digest=TWO))).then_rejected(
        "digest: document notes has no version with this digest"
    )


@pytest.mark.parametrize(
    "last",
    [None, EvidenceVerified(document="notes", digest=ONE, found=ONE), EvidenceVerified(document="notes", digest=TWO)],
)
def test_is_not_found_again_until_its_newest_version_is(given: GivenPast, last: EvidenceVerified | None) -> None:
    looked = () if last is None else (last,)
    assert [known.event for known in not_found_again(given(PROPOSED, NOTES, SECOND, *looked).project())] == [SECOND]
    found = EvidenceVerified(document="notes", digest=TWO, found=TWO)
    assert not_found_again(given(PROPOSED, NOTES, SECOND, *looked, found).project()) == []
