"""Proposing all at once."""

from domain.build.documents import DocumentRecorded
from domain.planning.rfc import RfcSubmitted
from domain.reviews.full_proposal import Granted, Propose
from tests.domain.openings import DOCUMENT, PROPOSED, GivenPast, answers

ALONE = Propose(title="Pay", project_kind="it_service", service="pay", customer="sales")


def test_proposes_and_no_more_where_no_more_is_said(given: GivenPast) -> None:
    given().when(ALONE).then(PROPOSED)


def test_says_how_it_is_classified_who_does_what_and_what_operations_is_asked_for(given: GivenPast) -> None:
    whole = ALONE.model_copy(
        update={
            "answers": answers(users=1),
            "team": (Granted(person="grace", role="change-manager"), Granted(person="linus", role="tester")),
            "rfc": RfcSubmitted(rfc="r1"),
            "documents": (
                DocumentRecorded(document="back", type="rollback-plan", title="Back", digest=DOCUMENT.digest),
            ),
        }
    )
    given().when(whole).then_kinds(
        "project.proposed/1",
        "change.classified/1",
        "role.assigned/1",
        "role.assigned/1",
        "rfc.submitted/1",
        "document.recorded/1",
    )


def test_is_rejected_as_a_whole(given: GivenPast) -> None:
    mine = ALONE.model_copy(update={"team": (Granted(person="ada", role="change-manager"),)})
    given().when(mine).then_rejected("person: ada can't assign a role to themselves; another person must assign it")
    given(PROPOSED).when(ALONE).then_rejected("a project with this key already exists; choose another key")
