"""The controls of duties."""

import pytest

from domain.build.builds import BuildRecorded
from domain.build.completion import FeatureCompleted
from domain.build.documents import DocumentRecorded
from domain.deploy.deployments import DeploymentStarted
from domain.envision.risks import RiskAssessed
from domain.lifecycle import Act as Point
from domain.lifecycle import Gate
from domain.planning.rfc import RfcScheduled, RfcSubmitted
from domain.planning.rfc_decision import RfcDecided
from domain.state.project import ProjectEvent
from tests.conftest import Act, by
from tests.domain.controls.conftest import Look
from tests.domain.controls.reviewed import called, decided, signs
from tests.domain.controls.test_plan_approved import WINDOW
from tests.domain.openings import DOCUMENT, PROPOSED, holds

RISK = RiskAssessed(risk="flood", statement="the river rises")
PAPER = DocumentRecorded(document="paper", type="report", title="Paper", digest=DOCUMENT.digest)
DEPLOYED = DeploymentStarted(attempt="a1", candidate_digest=DOCUMENT.digest)
RFC = RfcSubmitted(rfc="rfc-1")
APPROVED = RfcDecided(rfc="rfc-1", body="change-manager", outcome="approved")
BUILT = BuildRecorded(build="b1", digest=DOCUMENT.digest)
DONE = FeatureCompleted(feature="cards")


def test_nobody_who_decides_is_asked_for_nothing(look: Look) -> None:
    assert look("decider-independent", PROPOSED, at=Gate.ENVISIONED).result == "not-applicable"


def test_who_called_a_review_does_not_decide_it(look: Look) -> None:
    past = (PROPOSED, by("pia")(called(Gate.ENVISIONED)))
    found = look("decider-independent", *past, at=Gate.ENVISIONED, who="pia")
    assert (found.result, found.sentence) == ("unmet", "pia called review r1; another person must decide it")
    assert look("decider-independent", *past, at=Gate.ENVISIONED, who="sol").result == "met"


@pytest.mark.parametrize("fact", [RISK, PAPER])
def test_who_recorded_evidence_does_not_decide_on_it(look: Look, fact: ProjectEvent) -> None:
    found = look("decider-independent", PROPOSED, by("sol")(fact), at=Gate.ENVISIONED, who="sol")
    kind = fact.kind.partition("/")[0]
    assert (found.result, found.sentence, found.rests_on) == (
        "unmet",
        f"sol prepared 1 piece of the evidence ({kind}); another person must decide the review",
        (2,),
    )
    assert look("decider-independent", PROPOSED, by("pia")(fact), at=Gate.ENVISIONED, who="sol").result == "met"


def test_who_prepared_a_document_that_another_recorded_does_not_decide_either(look: Look) -> None:
    paper = PAPER.model_copy(update={"prepared_by": "sol"})
    assert look("decider-independent", PROPOSED, by("pia")(paper), at=Gate.ENVISIONED, who="sol").result == "unmet"


def test_evidence_of_other_gates_and_a_window_given_bind_nobody(look: Look) -> None:
    window = RfcScheduled(rfc="rfc-1", window=WINDOW)
    assert look("decider-independent", PROPOSED, by("sol")(RISK), at=Gate.BUILD_COMPLETED, who="sol").result == "met"
    assert look("decider-independent", PROPOSED, by("sol")(window), at=Gate.RELEASE_READY, who="sol").result == "met"


def test_a_requester_who_accepts_may_have_written_what_others_decided_on(look: Look) -> None:
    past = (PROPOSED, PAPER, called(Gate.PORTFOLIO), decided(Gate.PORTFOLIO))
    assert look("decider-independent", *past, at=Gate.DEPLOYED, column="minor", who="ada").result == "met"
    assert look("decider-independent", *past, at=Gate.DEPLOYED, column="major", who="ada").result == "unmet"
    late = (*past, DEPLOYED)
    assert look("decider-independent", *late, at=Gate.DEPLOYED, column="minor", who="ada").result == "unmet"


def test_a_policy_without_gates_lets_no_requester_off(look: Look) -> None:
    assert look("decider-independent", PROPOSED, PAPER, at=Point.RFC, who="ada").result == "met"


def test_a_change_that_nobody_approves_has_no_approver(look: Look) -> None:
    assert look("implementer-not-approver", PROPOSED, at=Gate.RELEASE_READY).result == "not-applicable"


@pytest.mark.parametrize(
    ("doing", "how"),
    [
        (by("mia")(RFC), "requested it"),
        (RFC.model_copy(update={"initiator": "mia"}), "requested it"),
        (by("mia")(BUILT), "builds it"),
        (by("mia")(DONE), "builds it"),
        (holds("mia", "developer"), "is its developer"),
        (by("mia")(DEPLOYED), "deploys it"),
        (DEPLOYED.model_copy(update={"deployer": "mia"}), "deploys it"),
    ],
)
def test_who_asks_builds_or_deploys_does_not_approve(look: Look, doing: Act, how: str) -> None:
    for point in (Point.RFC, Gate.RELEASE_READY):
        found = look("implementer-not-approver", PROPOSED, doing, at=point, who="mia")
        assert (found.result, found.sentence) == ("unmet", f"approved by mia, who {how}")
        assert look("implementer-not-approver", PROPOSED, doing, at=point, who="eve").result == "met"


def test_a_requester_does_not_approve(look: Look) -> None:
    found = look("implementer-not-approver", PROPOSED, at=Point.RFC, who="ada")
    assert (found.result, found.sentence) == ("unmet", "approved by ada, who requested it")


def test_who_deploys_what_they_approved_is_found_out(look: Look) -> None:
    past = (PROPOSED, RFC, by("cleo")(APPROVED), by("sol")(called(Gate.RELEASE_READY)))
    go = by("sol")(decided(Gate.RELEASE_READY))
    for deployer in ("cleo", "sol"):
        found = look("implementer-not-approver", *past, go, by(deployer)(DEPLOYED), at=Point.DEPLOYMENT, who=deployer)
        assert (found.result, found.sentence) == ("unmet", f"approved by {deployer}, who deploys it")
    found = look("implementer-not-approver", *past, go, by("dan")(DEPLOYED), at=Point.DEPLOYMENT)
    assert (found.result, found.sentence) == ("met", "approved by cleo, sol, who neither requested nor implement it")


def test_a_decision_over_another_gate_approves_no_change(look: Look) -> None:
    past = (PROPOSED, called(Gate.ENVISIONED), by("dan")(decided(Gate.ENVISIONED)), by("dan")(DEPLOYED))
    assert look("implementer-not-approver", *past, at=Point.DEPLOYMENT).result == "not-applicable"


def test_a_refusal_or_another_request_approves_nothing(look: Look) -> None:
    refused = APPROVED.model_copy(update={"outcome": "refused"})
    other = APPROVED.model_copy(update={"rfc": "rfc-0"})
    past = (PROPOSED, RFC, by("dan")(refused), by("dan")(other), by("dan")(DEPLOYED))
    assert look("implementer-not-approver", *past, at=Point.DEPLOYMENT).result == "not-applicable"
    assert look("implementer-not-approver", PROPOSED, APPROVED, at=Point.DEPLOYMENT).result == "not-applicable"


def test_a_developer_does_not_sign_as_tester(look: Look) -> None:
    past = (PROPOSED, holds("dev", "developer"), called(Gate.RELEASE_READY, "tester", "operations"))
    found = look("developer-not-tester", *past, by("dev")(signs("tester")), at=Gate.RELEASE_READY)
    assert (found.result, found.sentence, found.rests_on) == (
        "unmet",
        "dev signed as tester but developed a part of the release",
        (2, 4),
    )
    words = (by("tess")(signs("tester")), by("dev")(signs("operations")))
    found = look("developer-not-tester", *past, *words, at=Gate.RELEASE_READY)
    assert (found.result, found.sentence) == ("met", "tess signed as tester and developed no part of the release")


def test_a_peer_who_finished_a_feature_is_a_developer_too(look: Look) -> None:
    past = (PROPOSED, by("dev")(DONE), called(Gate.RELEASE_READY, "peer"), by("dev")(signs("peer")))
    assert look("developer-not-tester", *past, at=Gate.RELEASE_READY).result == "unmet"


def test_no_tester_at_all_is_not_met_by_significant_changes_only(look: Look) -> None:
    past = (PROPOSED, called(Gate.RELEASE_READY, "tester"), signs("tester", verdict="abstain"))
    assert look("developer-not-tester", *past, at=Gate.RELEASE_READY).result == "unmet"
    assert look("developer-not-tester", *past, at=Gate.RELEASE_READY, column="emergency").result == "not-applicable"


def test_opposed_roles_are_not_held_by_one_person(look: Look) -> None:
    found = look("roles-compatible", PROPOSED, holds("dev", "tester"), holds("dev", "developer"), at=Gate.ENVISIONED)
    assert (found.result, found.sentence, found.rests_on) == (
        "unmet",
        "not recommended: dev as developer and tester",
        (2, 3),
    )


def test_unlikely_roles_of_one_person_are_said_and_do_no_harm(look: Look) -> None:
    past = (PROPOSED, holds("pia", "program-manager"), holds("pia", "tester"), holds("pia", "sponsor"))
    found = look("roles-compatible", *past, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == (
        "met",
        "nobody holds conflicting roles; unlikely: pia as program-manager and tester",
    )
    found = look("roles-compatible", *past[:2], at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == ("met", "nobody holds conflicting roles")


def test_roles_that_nobody_holds_are_not_compatible(look: Look) -> None:
    assert look("roles-compatible", PROPOSED, at=Gate.ENVISIONED).result == "unmet"
    assert look("roles-compatible", PROPOSED, at=Gate.ENVISIONED, column="minor").result == "not-applicable"
