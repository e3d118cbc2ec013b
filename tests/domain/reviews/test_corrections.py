"""Corrections."""

from datetime import timedelta
from typing import Any

import pytest

from domain.build.costs import CostRecorded
from domain.controls.evidence import evidence_digest, evidence_of
from domain.deploy.acceptance import AcceptSolution, SolutionAccepted
from domain.deploy.deployments import DeploymentStarted
from domain.deploy.stabilization import QuietPeriodStarted, StartQuietPeriod
from domain.envision.risks import RiskAssessed
from domain.envision.team import AssignRole
from domain.lifecycle import Gate
from domain.planning.change_requests import ChangeRequestRaised, DecideChangeRequest
from domain.planning.rfc import RfcSubmitted
from domain.policy.policy import Policy
from domain.portfolio.links import ProjectLinked
from domain.reviews.breaches import BreachRecorded
from domain.reviews.corrections import CorrectFact, FactCorrected, FieldCorrected, NewValue, as_it_was, surviving
from domain.reviews.decisions import DecideReview, ReviewRefused
from domain.reviews.fact_reports import report
from domain.reviews.reversals import ConfirmReview, ReverseReview
from domain.reviews.review_call import CallReview
from domain.reviews.signoffs import GiveSignoff
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.test_runs import TestRunCompleted
from domain.state.project import ProjectFact
from domain.values import Money
from tests.conftest import START, by, event_id
from tests.domain import small_change
from tests.domain.openings import PROPOSED, holds
from tests.domain.reviews.small import ENVISIONED, RISK, SIGNED, authority, begun, called, decide, policy_of, rule, sign
from tests.domain.story import Story

OWNER = authority("correct", "program-manager")
POLICY = policy_of(SIGNED, OWNER, rule("sign-offs-current", Gate.ENVISIONED))
AT = 6
"""The version at which the risk stands."""


def correct(version: int = AT, **fields: str | None) -> CorrectFact:
    """`correct(statement='"it snows"')`: fields with their JSON values."""
    changed = tuple(NewValue(name=name, new=now) for name, now in fields.items())
    return CorrectFact(version=version, fields=changed, reason="a slip")


def begins(*more: Any) -> Story:
    return begun(POLICY, by("grace")(RISK), *more)


def statement(story: Story) -> str:
    known = story.project.facts.latest(RiskAssessed, "r1")
    assert known
    return str(known.event.statement)


def test_sets_a_fact_right_and_obscures_nothing() -> None:
    story = begins()
    assert story.do(correct(statement='"it snows"', owner=None, response='"wait"'), by="grace") == ["fact.corrected/1"]
    corrected = FactCorrected(
        event=event_id(AT),
        corrects=AT,
        fields=(
            FieldCorrected(name="statement", previous='"it rains"', new='"it snows"'),
            FieldCorrected(name="owner", previous='"ada"'),
            FieldCorrected(name="response", new='"wait"'),
        ),
        reason="a slip",
    )
    assert story.last(FactCorrected) == corrected
    [known] = story.project.facts.history(RiskAssessed)
    assert (known.event.statement, known.event.owner, known.version) == ("it snows", None, AT)
    assert story.do(correct(statement='"it snows"'), by="grace") == []


def test_is_for_who_recorded_the_fact_and_for_the_policys_role() -> None:
    story = begins(holds("paul", "program-manager"))
    fix = correct(statement='"it snows"')
    story.rejected(fix, by="ada", because="only program-manager.* may correct a fact that grace recorded .held by paul")
    assert story.do(fix, by="paul") == ["fact.corrected/1"]
    begun(policy_of(), by("grace")(RISK)).rejected(fix, by="ada", because="only nobody .by this policy. may")


@pytest.mark.parametrize(
    ("fix", "because"),
    [
        (correct(99, statement='"x"'), "version: there is no reported fact at version 99"),
        (correct(3, role='"tester"'), "version: there is no reported fact at version 3"),
        (correct(1, title='"Other"'), "version: there is no reported fact at version 1"),
        (correct(risk='"r2"'), "fields: risk.assessed/1 has no correctable field risk"),
        (correct(colour='"red"'), "fields: risk.assessed/1 has no correctable field colour"),
        (correct(probability='"much"'), "fields: the corrected fact would be invalid"),
        (correct(probability="{"), "fields: the corrected fact would be invalid"),
        (correct(), "retracts: give either retracts = true, or the fields or the time to correct"),
        (
            CorrectFact(version=AT, retracts=True, occurred_at=START, reason="?"),
            "retracts: give either retracts = true, or the fields or the time to correct",
        ),
        (CorrectFact(version=AT, occurred_at=START + timedelta(days=9), reason="?"), "is in the future"),
    ],
)
def test_makes_sense(fix: CorrectFact, because: str) -> None:
    begins().rejected(fix, by="grace", because=because)


def test_takes_a_fact_back() -> None:
    story = begins()
    assert story.do(CorrectFact(version=AT, retracts=True, reason="another project"), by="grace") == [
        "fact.corrected/1"
    ]
    assert story.project.facts.latest(RiskAssessed, "r1") is None
    assert evidence_of(story.project, ENVISIONED) == ()
    story.rejected(
        CorrectFact(version=AT, retracts=True, reason="again"),
        by="grace",
        because="version: there is no reported fact at version 6",
    )


def test_says_when_it_happened_in_truth() -> None:
    story = begins()
    assert story.do(CorrectFact(version=AT, occurred_at=START, reason="yesterday"), by="grace") == ["fact.corrected/1"]
    known = story.project.facts.latest(RiskAssessed, "r1")
    assert known
    assert known.time == START


def test_makes_the_evidence_another_so_that_sign_offs_lapse() -> None:
    story = sign(called(begins()), "grace", "linus")
    before = evidence_digest(evidence_of(story.project, ENVISIONED))
    story.do(correct(statement='"it snows"'), by="grace")
    assert evidence_digest(evidence_of(story.project, ENVISIONED)) != before
    story.refused(
        DecideReview(review="r"),
        by="omar",
        because="envisioned not passed: sign-offs-current: the evidence has changed since these sign-offs: grace as c",
    )
    sign(story, "grace", "linus")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]


def passed() -> Story:
    """A gate was passed on the risk; the next one asks whether that still stands."""
    policy = policy_of(OWNER, authority("reverse", "solution-manager"), rule("rests-on-uncorrected-facts", *Gate))
    story = called(begun(policy, by("grace")(RISK)))
    decide(story)
    return story


def test_names_the_decisions_that_rested_on_the_fact_and_the_next_gate_waits() -> None:
    story = passed()
    [decision] = story.project.gates.decisions
    story.do(correct(statement='"it snows"'), by="grace")
    assert story.last(FactCorrected).affected_decisions == (decision,)
    called(story, Gate.PLAN_APPROVED, review="next")
    why = "a correction affects the decisions of r; confirm or reverse them"
    story.refused(DecideReview(review="next"), by="omar", because=why)


def test_is_settled_by_confirming_what_rested_on_the_fact() -> None:
    story = passed()
    story.do(correct(statement='"it snows"'), by="grace")
    assert story.do(ConfirmReview(review="r", reason="snow is as bad"), by="omar") == ["review.confirmed/1"]
    called(story, Gate.PLAN_APPROVED, review="next")
    assert decide(story, "next") == ["review.decided/1", "project.plan-approved/1"]


def test_is_settled_by_reversing_what_rested_on_the_fact() -> None:
    story = passed()
    story.do(correct(statement='"it snows"'), by="grace")
    story.do(ReverseReview(review="r", reason="the ground is gone"), by="omar")
    assert story.project.gates.corrections == []
    called(story, review="again")
    assert decide(story, "again") == ["review.decided/1", "project.envisioned/1"]


def test_touches_no_decision_that_looked_at_other_facts_or_was_made_before() -> None:
    story = passed()
    cost = CostRecorded(period="2026-01", amount=Money(amount="5", currency="EUR"), type="labour")
    story.do(report(cost), report(RISK.model_copy(update={"risk": "r2"})), by="grace")
    for version in (story.project.version - 1, story.project.version):
        retracted = CorrectFact(version=version, retracts=True, reason="a slip")
        story.do(retracted, by="grace")
        assert story.last(FactCorrected).affected_decisions == ()


def test_touches_no_decision_that_was_reversed_already() -> None:
    story = passed()
    story.do(ReverseReview(review="r", reason="wrong"), by="omar")
    story.do(correct(statement='"it snows"'), by="grace")
    assert story.last(FactCorrected).affected_decisions == ()


def test_touches_a_decision_whose_controls_rested_on_the_fact_though_its_evidence_did_not() -> None:
    policy = policy_of(OWNER, rule("risks-assessed", Gate.PORTFOLIO))
    story = called(begun(policy, by("grace")(RISK)), Gate.PORTFOLIO)
    decide(story)
    story.do(correct(statement='"it snows"'), by="grace")
    assert len(story.last(FactCorrected).affected_decisions) == 1


def test_leaves_what_survives() -> None:
    story = begins(by("grace")(RISK.model_copy(update={"risk": "r2"})))
    story.do(correct(statement='"it snows"'), by="grace")
    story.do(CorrectFact(version=AT + 1, retracts=True, reason="?"), by="grace")
    left = {known.version: known for known in surviving(story.events)}
    assert sorted(left) == [1, 2, 3, 4, 5, AT]
    event = left[AT].event
    assert isinstance(event, RiskAssessed)
    assert event.statement == "it snows"


def test_survives_a_correction_of_what_was_taken_back_before() -> None:
    retracted = FactCorrected(event=event_id(2), corrects=2, retracts=True, reason="?")
    story = begun(POLICY, RISK, retracted, retracted, past=(PROPOSED,))
    assert [known.version for known in surviving(story.events)] == [1]


def test_lets_the_project_be_seen_as_it_was() -> None:
    story = begins()
    story.do(correct(statement='"it snows"'), by="grace")
    known = story.events[AT - 1]
    assert as_it_was(story.events, known.time - timedelta(seconds=1)).facts.latest(RiskAssessed, "r1") is None
    seen = as_it_was(story.events, known.time).facts.latest(RiskAssessed, "r1")
    assert seen
    assert seen.event.statement == "it snows"


def fixes(story: Story, kind: type[ProjectFact], **fields: str | None) -> CorrectFact:
    """The newest fact of a kind set right."""
    known = story.project.facts.newest(kind)
    assert known
    return correct(known.version, **fields)


def test_is_not_for_consents_and_what_the_service_reckoned(policy: Policy) -> None:
    story = small_change.gone(policy)
    small_change.deploy(story)
    story.do(AcceptSolution(statement="fine", reservations=("it loses mail",)), by="ada")
    story.do(StartQuietPeriod(), by="omar")
    story.rejected(
        fixes(story, SolutionAccepted, reservations="[]"),
        by="ada",
        because="version: there is no reported fact at version 25",
    )
    until = fixes(story, QuietPeriodStarted, planned_until='"2026-01-01T00:00:00Z"')
    story.rejected(until, by="omar", because="version: there is no reported fact at version 26")


def test_names_a_text_that_is_too_long_by_its_digest() -> None:
    long = RISK.model_copy(update={"statement": "x" * 10_000})
    story = begun(POLICY, by("grace")(long))
    story.do(correct(statement='"short"'), by="grace")
    [field] = story.last(FactCorrected).fields
    assert str(field.previous).startswith("sha256:")
    assert statement(story) == "short"


def test_leaves_a_request_as_it_was_decided(policy: Policy) -> None:
    story = small_change.gone(policy)
    longer = fixes(story, RfcSubmitted, downtime_minutes="6000")
    story.rejected(
        longer,
        by="ada",
        because="version: request for change r1 is already decided; submit it again for a new decision",
    )
    story.do(report(ChangeRequestRaised(request="more", about="scope", adds=("small",))), by="ada")
    assert story.do(fixes(story, ChangeRequestRaised, adds='["large"]'), by="ada") == ["fact.corrected/1"]
    story.do(DecideChangeRequest(request="more", outcome="approved"), by="grace")
    huge = fixes(story, ChangeRequestRaised, adds='["large","huge"]')
    story.rejected(
        huge, by="ada", because="version: change request more is already decided; raise another change request"
    )


def test_says_nothing_that_could_not_be_told(policy: Policy) -> None:
    story = small_change.tested(policy)
    story.rejected(
        fixes(story, TestRunCompleted, planned="3"),
        by="linus",
        because="planned: there are 4 results for 3 planned cases; correct one of the numbers",
    )
    story.do(report(ProjectLinked(relation="replaces", to="q")), by="omar")
    story.rejected(
        fixes(story, ProjectLinked, to='"z"'),
        by="omar",
        because="fields: a correction can't change the place; retract the fact and report it again",
    )


def test_leaves_the_bytes_that_were_tested_and_approved(policy: Policy) -> None:
    story = small_change.tested(policy)
    other = f'"{small_change.OTHER}"'
    story.rejected(
        fixes(story, CandidateBuilt, digest=other),
        by="ada",
        because="fields: candidate.built/1 has no correctable field digest",
    )
    story.rejected(
        fixes(story, CandidateChosen, digest=other),
        by="ada",
        because="fields: candidate.chosen/1 has no correctable field digest",
    )
    story.rejected(fixes(story, CandidateChosen, candidate='"c2"'), by="ada", because="no correctable field candidate")


def test_is_preparing_the_evidence_so_that_somebody_else_decides(policy: Policy) -> None:
    story = small_change.tested(policy)
    story.do(AssignRole(person="grace", role="program-manager"), by="omar", role="program-manager")
    story.do(fixes(story, TestRunCompleted, planned="5"), by="grace", role="program-manager")
    story.do(CallReview(review="go", gates=small_change.GO), by="omar")
    story.do(GiveSignoff(review="go"), by="linus")
    story.do(GiveSignoff(review="go", role="change-manager", reason="small"), by="grace")
    results = story.last(ReviewRefused).results
    sentences = {result.control: result.sentence for result in results if result.blocks}
    assert (
        sentences["decider-independent"]
        == "grace corrected some of the evidence (test-run.completed); another person must decide the review"
    )


def test_records_the_breach_that_a_fact_makes_once_it_is_set_right(policy: Policy) -> None:
    story = small_change.gone(policy)
    assert "breach.recorded/1" not in small_change.deploy(story)
    grace_did = fixes(story, DeploymentStarted, deployer='"grace"')
    assert story.do(grace_did, by="deployer") == ["fact.corrected/1", "breach.recorded/1"]
    assert "implementer-not-approver" in {result.control for result in story.last(BreachRecorded).results}
