"""Reviews in a past: called, signed, decided, without what the controls under test don't read."""

from domain.controls.evaluation import digest_of
from domain.controls.evidence import evidence_digest
from domain.lifecycle import Gate
from domain.reviews.decisions import ConditionSet, ReviewDecided
from domain.reviews.milestones import PlanApproved, ProjectEnvisioned
from domain.reviews.review_call import ReviewCalled
from domain.reviews.signoffs import SignoffGiven, Verdict
from domain.reviews.voting_rules import Tally
from domain.state.gates import Required
from tests.conftest import event_id

NO_EVIDENCE = evidence_digest(())
ENVISIONED = ProjectEnvisioned(basis="reviewed", attempt=1)
PLANNED = PlanApproved(basis="reviewed", attempt=1)


def called(gate: Gate, *required: str, review: str = "r1") -> ReviewCalled:
    """A review of one gate, asking these to sign: a role, or `role/party`."""
    asked = (wording.partition("/") for wording in required)
    return ReviewCalled(
        review=review,
        gates=(gate,),
        attempt=1,
        required=tuple(Required(role=role, party=party or None, rule=role) for role, _, party in asked),
        evidence=(),
        evidence_set_digest=NO_EVIDENCE,
        decided_by=("solution-manager",),
    )


def signs(
    role: str,
    party: str | None = None,
    verdict: Verdict = "go",
    evidence: str = NO_EVIDENCE,
    assigned_in: int | None = None,
    review: str = "r1",
) -> SignoffGiven:
    """A word in a review, by the assignment that stands at a version."""
    return SignoffGiven(
        review=review,
        role=role,
        party=party,
        verdict=verdict,
        meaning="approval",
        statement="I say so",
        evidence_set_digest=evidence,
        assignment=event_id(assigned_in) if assigned_in else None,
    )


def decided(gate: Gate, *conditions: ConditionSet, review: str = "r1") -> ReviewDecided:
    """An approval."""
    return ReviewDecided(
        review=review,
        gates=(gate,),
        attempt=1,
        outcome="approved-with-conditions" if conditions else "approved",
        tally=Tally(required=0, go=0, no_go=0, abstained=0, recused=0),
        results_digest=digest_of(()),
        seen=1,
        state_digest=digest_of(()),
        evidence_set_digest=NO_EVIDENCE,
        policy="default/1",
        conditions=conditions,
    )
