"""What a source says."""

from datetime import date

from domain.envision.team import RoleAssigned, RoleReleased
from domain.imports.observations import (
    CancellationSeen,
    CohortSeen,
    FactSeen,
    HoldSeen,
    MilestoneSeen,
    ReturnSeen,
    ReversalSeen,
    RoleSeen,
    ScheduleSeen,
    SignoffSeen,
    TitleSeen,
)
from domain.lifecycle import Gate, Phase
from domain.planning.schedule import MilestoneDue, ScheduleBaselined
from domain.portfolio.cohort import ProjectReassigned
from domain.portfolio.coverage import CoverageStated
from domain.portfolio.notes import SourceNoted
from domain.portfolio.pauses import ProjectCancelled, ProjectHeld, ProjectResumed
from domain.portfolio.proposal import ProjectProposed
from domain.reviews.corrections import FactCorrected, FieldCorrected
from domain.reviews.milestones import PhaseReturned, PlanApproved
from domain.reviews.reversals import ReviewReversed
from domain.reviews.signoffs import SignoffGiven
from tests.conftest import event_id
from tests.domain.observed import PROPOSAL, Record, record

READY = Gate.RELEASE_READY
WITHDRAWN = CancellationSeen(cause="withdrawn", topic="status", text="withdrawn")


def test_of_a_project_for_the_first_time_proposes_it() -> None:
    [proposed] = Record().says(PROPOSAL)
    assert isinstance(proposed, ProjectProposed)
    assert proposed.requester == "unknown"


def test_of_another_title_corrects_the_proposal() -> None:
    said = record()
    corrected = FieldCorrected(name="title", previous='"Pay"', new='"Pay twice"')
    assert said.says(TitleSeen(title="Pay twice")) == [
        FactCorrected(event=event_id(1), corrects=1, fields=(corrected,))
    ]
    assert said.says(TitleSeen(title="Pay twice")) == []


def test_of_another_service_reassigns_the_project() -> None:
    moved = ProjectReassigned(attribute="service", previous="pay", new="shop")
    said = record()
    assert said.says(CohortSeen(attribute="service", new="shop")) == [moved]
    assert said.says(CohortSeen(attribute="service", new="shop")) == []


def test_of_a_fact_is_kept_once() -> None:
    note = SourceNoted(topic="stage", text="disabled")
    said = record()
    assert said.says(FactSeen.of(note), FactSeen.of(note)) == [note]


def test_of_its_targets_is_a_schedule_and_its_next_versions() -> None:
    said = record()
    first = (MilestoneDue(gate=READY, day=date(2026, 4, 22), release="v1.36"),)
    later = (MilestoneDue(gate=READY, release="v1.37"),)
    assert said.says(ScheduleSeen(milestones=first)) == [ScheduleBaselined(version=1, milestones=first)]
    assert said.says(ScheduleSeen(milestones=first)) == []
    assert said.says(ScheduleSeen(milestones=later)) == [ScheduleBaselined(version=2, milestones=later)]


def test_of_people_grants_and_ends_roles() -> None:
    said = record()
    assert said.says(RoleSeen(person="max", role="approver")) == [RoleAssigned(person="max", role="approver")]
    assert said.says(RoleSeen(person="max", role="approver")) == []
    assert said.says(RoleSeen(person="max", role="approver", held=False)) == [RoleReleased(assignment=event_id(2))]
    assert said.says(RoleSeen(person="max", role="approver", held=False)) == []


def test_of_an_approval_is_a_sign_off_without_a_review() -> None:
    [word] = record().says(SignoffSeen(gate=READY, role="operations", person="olga"))
    assert isinstance(word, SignoffGiven)
    assert (word.review, word.gate, word.person, word.verdict) == (None, READY, "olga", "go")


def test_of_a_milestone_is_recorded_with_what_the_rules_find() -> None:
    said = record("at-latest")
    kinds = [event.kind for event in said.says(MilestoneSeen(gate=Gate.PLAN_APPROVED))]
    assert kinds == ["project.plan-approved/1", "breach.recorded/1"]
    assert {result.control: result.result for result in said.breaches()[0].results} == {
        "schedule-baselined": "undetermined",
        "every-role-signed": "unmet",
        "gates-in-order": "undetermined",
        "decider-independent": "undetermined",
    }
    assert said.project.gates.breaches == 1


def test_of_a_milestone_without_anything_unmet_is_no_breach() -> None:
    said = record("at-latest")
    unsure = CoverageStated(subject="every-role-signed", gate=READY, answer="undetermined", explanation="nobody knows")
    assert [event.kind for event in said.says(MilestoneSeen(gate=READY, stated=(unsure,)))] == [
        "coverage.stated/1",
        "project.release-ready/1",
    ]
    assert said.project.gates.breaches == 0


def test_of_a_control_is_stated_only_where_it_is_news() -> None:
    said = record()
    in_force = CoverageStated(subject="every-role-signed", gate=READY, answer="in-force", explanation="v1.30")
    not_yet = in_force.model_copy(update={"answer": "not-applicable"})
    assert said.says(MilestoneSeen(gate=READY, stated=(in_force,)))[0].kind == "project.release-ready/1"
    said.says(ReversalSeen(gate=READY, cause="rolled-back"))
    assert said.says(MilestoneSeen(gate=READY, stated=(not_yet,)))[0] == not_yet
    said.says(ReversalSeen(gate=READY, cause="rolled-back"))
    assert said.says(MilestoneSeen(gate=READY, stated=(not_yet,)))[0].kind == "project.release-ready/1"
    asked_for = CoverageStated(subject="build-completed", answer="in-force", explanation="it is still alpha")
    assert said.says(MilestoneSeen(gate=Gate.DEPLOYED, stated=(asked_for,)))[0] == asked_for


def test_of_a_milestone_a_second_time_says_nothing_new() -> None:
    assert record().passes(READY).says(MilestoneSeen(gate=READY)) == []


def test_of_an_approval_after_the_gate_settles_the_breach_with_the_days() -> None:
    said = record().passes(READY)
    said.says(TitleSeen(title="Pay twice"))
    kinds = [event.kind for event in said.says(SignoffSeen(gate=READY, role="operations", person="olga"))]
    assert kinds == ["signoff.given/1", "breach.recorded/1"]
    unsigned, late = said.breaches()
    assert late.settles == next(r.id for r in said.events if r.event == unsigned)
    assert late.version == unsigned.version
    assert [result.sentence for result in late.results] == [
        "met late: operations signed 2 days after release-ready was passed"
    ]
    assert said.project.gates.breaches == 1


def test_of_a_further_approval_after_the_gate_is_no_further_breach() -> None:
    said = record().passes(READY)
    said.says(SignoffSeen(gate=READY, role="operations", person="olga"))
    again = said.says(SignoffSeen(gate=READY, role="operations", person="otto"))
    assert [event.kind for event in again] == ["signoff.given/1"]


def test_of_an_approval_after_a_gate_where_no_rule_held_is_no_breach() -> None:
    said = record()
    free = CoverageStated(subject="every-role-signed", gate=READY, answer="not-applicable", explanation="v1.19")
    said.says(MilestoneSeen(gate=READY, stated=(free,)))
    again = said.says(SignoffSeen(gate=READY, role="operations", person="olga"))
    assert [event.kind for event in again] == ["signoff.given/1"]


def test_of_an_earlier_phase_returns_the_project_and_counts_the_next_attempt() -> None:
    said = record().passes(Gate.PLAN_APPROVED, Gate.BUILD_COMPLETED)
    returned = PhaseReturned(from_phase=Phase.STABILIZE, to_phase=Phase.PLANNING, cause="withdrawn-before-effect")
    assert said.says(ReturnSeen(to_phase=Phase.PLANNING, cause="withdrawn-before-effect")) == [returned]
    assert said.project.gates.milestones == {}
    again = said.says(MilestoneSeen(gate=Gate.PLAN_APPROVED))[0]
    assert isinstance(again, PlanApproved)
    assert (again.attempt, again.basis) == (2, "observed")


def test_of_an_earlier_phase_where_nothing_was_passed_or_all() -> None:
    [nothing] = record().says(ReturnSeen(to_phase=Phase.ENVISION, cause="undetermined"))
    assert isinstance(nothing, PhaseReturned)
    assert nothing.from_phase is Phase.ENVISION
    [deployed] = record().passes(Gate.DEPLOYED).says(ReturnSeen(to_phase=Phase.ENVISION, cause="rolled-back"))
    assert isinstance(deployed, PhaseReturned)
    assert deployed.from_phase is Phase.DEPLOY


def test_of_a_milestone_taken_back_reverses_it_and_all_that_followed() -> None:
    said = record().passes(READY, Gate.DEPLOYED)
    lost = ReviewReversed(gates_lost=(READY, Gate.DEPLOYED), returns_to=Phase.STABILIZE, cause="rolled-back")
    assert said.says(ReversalSeen(gate=READY, cause="rolled-back")) == [lost]
    assert said.says(ReversalSeen(gate=READY, cause="rolled-back")) == []


def test_of_waiting_holds_the_project_until_it_goes_on() -> None:
    said = record()
    assert said.says(HoldSeen(cause="other")) == [ProjectHeld(cause="other")]
    assert said.says(HoldSeen()) == [ProjectResumed()]


def test_of_the_end_cancels_once() -> None:
    said = record()
    assert said.says(WITHDRAWN) == [ProjectCancelled(cause="withdrawn")]
    assert said.says(WITHDRAWN) == []


def test_of_the_end_after_deployment_is_only_noted() -> None:
    said = record().passes(Gate.DEPLOYED)
    assert said.says(WITHDRAWN) == [SourceNoted(topic="status", text="withdrawn")]
