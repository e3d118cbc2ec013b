"""Ownership."""

from domain.deploy.ownership import OwnershipTransferred
from domain.reviews.fact_reports import report
from domain.values import Document
from tests.domain.deploy.past import ONE
from tests.domain.openings import PROPOSED, GivenPast

GUIDE = Document(document="guide", title="Operations guide", digest=ONE)
TAKEN = OwnershipTransferred(to_unit="operations", accepted_by="olga", documents=(GUIDE,))


def test_is_transferred(given: GivenPast) -> None:
    given(PROPOSED).when(report(TAKEN)).then(TAKEN)


def test_transferred_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, TAKEN).when(report(TAKEN)).then_nothing()
