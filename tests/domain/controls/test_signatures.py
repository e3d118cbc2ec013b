"""The controls of signatures."""

from datetime import timedelta

from domain.controls.evidence import evidence_digest, evidence_of
from domain.deploy.acceptance import SolutionAccepted
from domain.envision.risks import RiskAssessed
from domain.envision.team import RoleReleased
from domain.lifecycle import Gate
from domain.state.project import fold
from tests.conftest import START, by, event_id, history
from tests.domain.controls.conftest import Look
from tests.domain.controls.reviewed import called, signs
from tests.domain.openings import PROPOSED, holds

AT = Gate.ENVISIONED
RISK = RiskAssessed(risk="flood", statement="the river rises", owner="grace")
OTHER = RiskAssessed(risk="fire", statement="it burns", owner="grace")
SEEN = evidence_digest(evidence_of(fold(history(PROPOSED, RISK, policy="default/1")), [AT]), "customer")
CUSTOMER = holds("carl", "customer")
PAST = (PROPOSED, RISK, CUSTOMER, called(AT, "customer", "sponsor"))
SIGNED = by("carl", auth="key")(signs("customer", evidence=SEEN, assigned_in=3))


def test_a_customer_of_the_team_is_inside(look: Look) -> None:
    for role in ("developer", "architect", "solution-manager"):
        found = look("customer-outside-team", *PAST, holds("carl", role), at=AT)
        assert (found.result, found.sentence, found.rests_on) == (
            "unmet",
            f"a customer is a member of the project team: carl, who is {role}",
            (3, 5),
        )


def test_a_customer_of_another_house_is_outside(look: Look) -> None:
    past = (*PAST, holds("carl", "sponsor"), holds("dev", "developer"))
    found = look("customer-outside-team", *past, SIGNED, at=AT)
    assert (found.result, found.sentence) == ("met", "carl acts as customer and is outside the team")


def test_who_signed_or_accepted_as_customer_counts_too(look: Look) -> None:
    team = holds("dev", "developer")
    signed = (PROPOSED, team, called(AT, "customer"), by("dev")(signs("customer")))
    accepted = (PROPOSED, team, by("dev")(SolutionAccepted(statement="it works")))
    assert look("customer-outside-team", *signed, at=AT).result == "unmet"
    assert look("customer-outside-team", *accepted, at=Gate.DEPLOYED).result == "unmet"
    assert look("customer-outside-team", *accepted[:2], at=Gate.DEPLOYED).result == "unmet"
    assert look("customer-outside-team", PROPOSED, at=AT, column="minor").result == "not-applicable"


def test_a_sign_off_on_the_evidence_as_it_is_now_is_current(look: Look) -> None:
    found = look("sign-offs-current", *PAST, SIGNED, at=AT)
    assert (found.result, found.sentence, found.rests_on) == ("met", "1 sign-off on the current evidence", (5,))


def test_a_sign_off_lapses_when_its_evidence_changes(look: Look) -> None:
    found = look("sign-offs-current", *PAST, SIGNED, OTHER, at=AT)
    assert (found.result, found.sentence) == (
        "unmet",
        "the evidence has changed since these sign-offs: carl as customer; sign again",
    )


def test_a_sign_off_lapses_with_its_role(look: Look) -> None:
    released = RoleReleased(assignment=event_id(3))
    found = look("sign-offs-current", *PAST, SIGNED, released, at=AT)
    assert (found.result, found.sentence) == ("unmet", "these signers no longer hold their role: carl as customer")
    usurped = by("carl")(signs("customer", evidence=SEEN))
    assert look("sign-offs-current", *PAST, usurped, at=AT).result == "unmet"


def test_sign_offs_that_nobody_gave_are_not_current(look: Look) -> None:
    assert look("sign-offs-current", *PAST, at=AT).result == "unmet"
    found = look("sign-offs-current", PROPOSED, at=AT)
    assert (found.result, found.sentence) == ("unmet", "there are no sign-offs yet")
    assert look("sign-offs-current", PROPOSED, at=AT, column="minor").result == "not-applicable"


def test_signers_are_recorded_but_not_checked_in_local_mode(look: Look) -> None:
    found = look("signers-authenticated", *PAST, SIGNED, at=AT)
    assert (found.result, found.rests_on) == ("not-applicable", (5,))
    assert look("signers-authenticated", *PAST, at=AT, auth="unknown").result == "undetermined"


def test_signers_who_signed_in_in_a_role_that_another_granted_are_authenticated(look: Look) -> None:
    manager = holds("sol", "solution-manager")
    found = look("signers-authenticated", *PAST, SIGNED, manager, at=AT, auth="key", who="sol")
    assert (found.result, found.sentence) == (
        "met",
        "1 signer and the decider were authenticated, in roles granted by others",
    )
    assert look("signers-authenticated", PROPOSED, at=AT, auth="key", who="sol").result == "met"


def test_a_signer_who_had_not_signed_in_is_not_authenticated(look: Look) -> None:
    unsure = by("carl")(signs("customer", evidence=SEEN, assigned_in=3))
    found = look("signers-authenticated", *PAST, unsure, at=AT, auth="key")
    assert (found.result, found.sentence) == ("unmet", "these signers were not authenticated: carl as customer")


def test_a_role_that_a_signer_granted_to_themselves_counts_for_nothing(look: Look) -> None:
    past = (PROPOSED, RISK, by("carl")(CUSTOMER), called(AT, "customer"), SIGNED)
    found = look("signers-authenticated", *past, at=AT, auth="key")
    assert (found.result, found.sentence) == (
        "unmet",
        "these signers did not hold a role granted before by another person: carl as customer",
    )


def test_a_role_granted_after_it_was_used_counts_for_nothing(look: Look) -> None:
    early = by("carl", auth="key")(signs("customer", assigned_in=4))
    past = (PROPOSED, called(AT, "customer"), early, CUSTOMER)
    assert look("signers-authenticated", *past, at=AT, auth="key").result == "unmet"
    none = by("carl", auth="key")(signs("customer"))
    assert look("signers-authenticated", PROPOSED, called(AT, "customer"), none, at=AT, auth="key").result == "unmet"


def test_a_decider_whom_nobody_made_one_is_not_authenticated(look: Look) -> None:
    own = by("sol")(holds("sol", "solution-manager"))
    for past in (PAST, (*PAST, own), (*PAST, holds("sol", "tester"))):
        found = look("signers-authenticated", *past, at=AT, auth="key", who="sol")
        assert (found.result, found.sentence) == (
            "unmet",
            "sol does not hold solution-manager by another person's grant",
        )


def test_a_requester_needs_nobody_to_grant_that_they_asked(look: Look) -> None:
    accepts = by("ada", auth="key")(signs("requester", assigned_in=1))
    past = (PROPOSED, called(Gate.DEPLOYED, "requester"), accepts)
    now = START + timedelta(days=1)
    assert look("signers-authenticated", *past, at=Gate.DEPLOYED, auth="key", now=now, column="minor").result == "met"
