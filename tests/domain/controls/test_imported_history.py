"""Over an imported history."""

import pytest

from domain.event import TimeQuality
from domain.imports.observations import (
    CancellationSeen,
    FactSeen,
    MilestoneSeen,
    ReturnSeen,
    RoleSeen,
    ScheduleSeen,
    SignoffSeen,
)
from domain.lifecycle import Gate, Phase
from domain.planning.schedule import MilestoneDue
from domain.portfolio.coverage import CoverageStated
from domain.portfolio.pauses import ProjectCancelled
from tests.domain.observed import Record, record

PLAN, BUILD, READY = Gate.PLAN_APPROVED, Gate.BUILD_COMPLETED, Gate.RELEASE_READY
OPERATIONS = SignoffSeen(gate=READY, role="operations", person="olga")


def answer(said: Record, control: str) -> tuple[str, str]:
    result = said.result(control)
    return result.result, result.sentence


def states(about: str, answer: str, at: Gate | None = None) -> FactSeen:
    statement = {"subject": about, "gate": at, "answer": answer, "explanation": "so says the source"}
    return FactSeen.of(CoverageStated.model_validate(statement))


def test_what_the_source_states_of_a_control_is_its_answer() -> None:
    said = record()
    said.says(states("portfolio-approved", "met", Gate.ENVISIONED))
    assert answer(said.passes(Gate.ENVISIONED), "portfolio-approved") == ("met", "so says the source")


def test_a_control_of_which_nothing_is_stated_looks_for_itself() -> None:
    assert answer(record().passes(Gate.ENVISIONED), "portfolio-approved")[0] == "unmet"


def test_a_statement_for_one_gate_holds_there_alone() -> None:
    said = record()
    said.says(states("every-role-signed", "not-applicable", BUILD))
    assert answer(said.passes(BUILD), "every-role-signed")[0] == "not-applicable"
    assert answer(said.passes(READY), "every-role-signed")[0] == "unmet"


def test_a_statement_can_be_taken_back() -> None:
    said = record()
    said.says(states("every-role-signed", "not-applicable", READY), states("every-role-signed", "in-force", READY))
    assert answer(said.passes(READY), "every-role-signed") == ("unmet", "nobody signed for release-ready")


def test_gates_are_in_order_where_none_was_passed_over() -> None:
    said = record().passes(Gate.ENVISIONED, PLAN)
    assert answer(said, "gates-in-order") == ("met", "earlier milestones: envisioned, none missing")


@pytest.mark.parametrize(
    ("quality", "expected"),
    [
        ("exact", ("unmet", "envisioned was not reached")),
        ("at-latest", ("undetermined", "the source begins too late to show envisioned")),
        ("inferred", ("undetermined", "the source begins too late to show envisioned")),
    ],
)
def test_a_gate_passed_over_is_unmet_only_if_watched_from_the_start(
    quality: TimeQuality, expected: tuple[str, str]
) -> None:
    assert answer(record(quality).passes(PLAN), "gates-in-order") == expected


def test_a_gate_that_the_source_can_tell_of_is_missed_however_late_the_record_begins() -> None:
    said = record("at-latest")
    said.says(states(READY, "in-force"))
    assert answer(said.passes(Gate.DEPLOYED), "gates-in-order") == ("unmet", "release-ready was not reached")


def test_a_gate_lost_again_is_missed_however_late_the_record_begins() -> None:
    said = record("at-latest").passes(PLAN, BUILD)
    said.says(ReturnSeen(to_phase=Phase.BUILD, cause="rolled-back"))
    assert answer(said.passes(READY), "gates-in-order") == ("unmet", "build-completed was reversed")


def test_gates_that_are_none_of_its_are_not_asked_for() -> None:
    said = record().passes(Gate.ENVISIONED, PLAN)
    said.says(states(BUILD, "not-applicable"), states(READY, "not-applicable"))
    expected = ("not-applicable", "build-completed, release-ready: so says the source")
    assert answer(said.passes(Gate.DEPLOYED), "gates-in-order") == expected


def test_a_cancelled_project_passes_no_gate_in_order() -> None:
    said = record()
    assert said.says(CancellationSeen(cause="withdrawn", topic="status", text="withdrawn")) == [
        ProjectCancelled(cause="withdrawn")
    ]
    assert answer(said.passes(PLAN), "gates-in-order") == ("unmet", "the project is cancelled")


def test_an_approval_before_the_gate_is_in_time() -> None:
    said = record()
    said.says(OPERATIONS)
    assert answer(said.passes(READY), "every-role-signed") == ("met", "signed by operations")


def test_an_approval_counts_for_its_own_gate() -> None:
    said = record()
    said.says(OPERATIONS)
    assert answer(said.passes(BUILD), "every-role-signed")[0] == "unmet"


def test_a_gate_passed_again_may_have_been_approved_again_without_a_trace() -> None:
    said = record()
    said.says(SignoffSeen(gate=BUILD, role="operations", person="olga"))
    said.passes(BUILD)
    said.says(ReturnSeen(to_phase=Phase.BUILD, cause="rolled-back"))
    assert answer(said.passes(BUILD), "every-role-signed")[0] == "undetermined"


def test_a_gate_passed_again_with_a_new_approval_is_met() -> None:
    said = record().passes(BUILD)
    said.says(ReturnSeen(to_phase=Phase.BUILD, cause="rolled-back"))
    said.says(SignoffSeen(gate=BUILD, role="operations", person="olga"))
    assert answer(said.passes(BUILD), "every-role-signed")[0] == "met"


def test_a_signer_who_is_an_author_is_not_independent() -> None:
    said = record()
    said.says(RoleSeen(person="olga", role="program-manager"), OPERATIONS, MilestoneSeen(gate=READY))
    assert answer(said, "decider-independent") == ("unmet", "olga signed and is also an author")


def test_named_approvers_are_independent_if_none_is_an_author() -> None:
    said = record()
    said.says(RoleSeen(person="ada", role="program-manager"), RoleSeen(person="max", role="approver"))
    assert answer(said.passes(PLAN), "decider-independent") == ("met", "1 approver named, none is an author")


def test_approvers_who_are_all_authors_are_not_independent() -> None:
    said = record()
    said.says(RoleSeen(person="ada", role="program-manager"), RoleSeen(person="ada", role="approver"))
    assert answer(said.passes(PLAN), "decider-independent") == ("unmet", "ada: every approver is an author")


@pytest.mark.parametrize("approvers", [("ada", "max"), ()])
def test_nobody_knows_who_decided_among_several_or_none(approvers: tuple[str, ...]) -> None:
    said = record()
    said.says(
        RoleSeen(person="ada", role="program-manager"), *(RoleSeen(person=who, role="approver") for who in approvers)
    )
    assert answer(said.passes(PLAN), "decider-independent") == ("undetermined", "the source does not say who decided")


def test_a_schedule_names_what_it_aims_at() -> None:
    said = record()
    said.says(ScheduleSeen(milestones=(MilestoneDue(gate=READY, release="v1.30"),)))
    expected = ("met", "version 1 of the schedule plans release-ready v1.30")
    assert answer(said.passes(PLAN), "schedule-baselined") == expected


def test_no_schedule_accuses_only_who_was_watched_from_the_start() -> None:
    assert answer(record().passes(PLAN), "schedule-baselined") == ("unmet", "no schedule is baselined")
    assert answer(record("at-latest").passes(PLAN), "schedule-baselined")[0] == "undetermined"
