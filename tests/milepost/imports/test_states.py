"""A word for how far a project is."""

from typing import Any

import pytest

from domain.imports.observations import (
    CancellationSeen,
    FactSeen,
    HoldSeen,
    MilestoneSeen,
    ReturnSeen,
    ReversalSeen,
)
from domain.imports.observe import Observation
from domain.lifecycle import Gate, Phase
from domain.planning.interim_milestones import InterimMilestoneReached
from domain.portfolio.notes import SourceNoted
from domain.stabilize.pilot import PilotDecided
from tests.milepost.imports.histories import BIRTH, Told, change, tell


def milestones(told: Told) -> list[Gate]:
    return [observation.gate for observation in told.last if isinstance(observation, MilestoneSeen)]


def stated(told: Told) -> dict[str, str]:
    """What the last milestone of a unit states of controls and gates."""
    last = [observation for observation in told.last if isinstance(observation, MilestoneSeen)][-1]
    return {statement.place: statement.answer for statement in last.stated}


def says(*changes: dict[str, Any]) -> Told:
    return tell(*BIRTH, *changes)


@pytest.mark.parametrize(
    ("field", "word", "gate"),
    [
        ("status", "provisional", Gate.ENVISIONED),
        ("status", "implementable", Gate.PLAN_APPROVED),
        ("status", "implementeable", Gate.PLAN_APPROVED),
        ("status", "implemented (beta)", Gate.PLAN_APPROVED),
        ("status", "imlpemented", Gate.DEPLOYED),
        ("stage", "beta", Gate.BUILD_COMPLETED),
        ("stage", "stable", Gate.RELEASE_READY),
        ("stage", "GA", Gate.RELEASE_READY),
    ],
)
def test_reaches_its_milestone(field: str, word: str, gate: Gate) -> None:
    assert milestones(says(change(1, field, word))) == [gate]


def test_alpha_is_an_internal_release_that_is_aimed_at() -> None:
    [fact] = says(change(1, "stage", "alpha")).last
    assert isinstance(fact, FactSeen)
    assert isinstance(fact.fact, InterimMilestoneReached)
    assert (fact.fact.milestone, fact.fact.n) == ("internal-release-alpha", 1)


def test_stable_decides_the_pilot() -> None:
    told = says(change(1, "stage", "stable"))
    assert told.last[0] == FactSeen.of(PilotDecided(run="beta-1", outcome="deploy"))


def test_of_several_in_one_unit_reaches_the_gates_in_their_order() -> None:
    told = says(change(1, "status", "implemented"), change(1, "stage", "stable"))
    assert milestones(told) == [Gate.RELEASE_READY, Gate.DEPLOYED]


def test_provisional_states_that_it_was_let_in() -> None:
    told = says(change(1, "status", "provisional"))
    assert stated(told) == {"portfolio-approved/envisioned": "met", "decider-independent/envisioned": "undetermined"}


@pytest.mark.parametrize(
    ("stage", "asked"),
    [
        (None, {"build-completed": "not-applicable", "release-ready": "not-applicable"}),
        ("alpha", {"build-completed": "in-force", "release-ready": "in-force"}),
        ("beta", {"release-ready": "in-force"}),
        ("stable", {}),
    ],
)
def test_implemented_states_which_gates_it_left_out(stage: str | None, asked: dict[str, str]) -> None:
    staged = [change(1, "stage", stage)] if stage else []
    told = says(*staged, change(2, "status", "implemented"))
    assert stated(told) == {"decider-independent/deployed": "undetermined"} | asked


@pytest.mark.parametrize(
    ("aims", "answer"),
    [
        ([("milestone.beta", "v1.21")], "in-force"),
        ([("milestone.beta", "v1.20")], "not-applicable"),
        ([("milestone.beta", "v1.20"), ("latest-milestone", "v1.30")], "not-applicable"),
        ([("latest-milestone", "1.9.3")], "not-applicable"),
        ([("latest-milestone", "v1.30")], "in-force"),
        ([("latest-milestone", "0.0")], "undetermined"),
        ([], "undetermined"),
    ],
)
def test_is_held_to_a_rule_only_while_that_was_in_force(aims: list[tuple[str, str]], answer: str) -> None:
    told = says(*(change(1, field, aim) for field, aim in aims), change(1, "stage", "beta"))
    assert stated(told) == {"every-role-signed/build-completed": answer}


def test_of_a_moment_that_is_only_the_latest_leaves_the_order_open() -> None:
    told = tell(change(0, "title", "Old"), change(0, "milestone.beta", "v1.30"), change(0, "stage", "beta"))
    assert stated(told) == {"every-role-signed/build-completed": "undetermined"}


@pytest.mark.parametrize(
    ("field", "was", "becomes", "back"),
    [
        ("stage", "beta", "alpha", ReturnSeen(to_phase=Phase.BUILD, cause="undetermined")),
        ("stage", "stable", "beta", ReversalSeen(gate=Gate.RELEASE_READY, cause="undetermined")),
        ("status", "implemented", "implementable", ReversalSeen(gate=Gate.DEPLOYED, cause="undetermined")),
        ("status", "implemented", "provisional", ReturnSeen(to_phase=Phase.ENVISION, cause="undetermined")),
        ("status", "implementable", "provisional", ReturnSeen(to_phase=Phase.ENVISION, cause="undetermined")),
    ],
)
def test_that_goes_back_takes_back_what_was_reached(field: str, was: str, becomes: str, back: Observation) -> None:
    assert says(change(1, field, was), change(2, field, becomes)).last[0] == back


@pytest.mark.parametrize(
    ("aim", "cause"), [("v1.30", "rolled-back"), ("v1.31", "withdrawn-before-effect"), ("0.0", "undetermined")]
)
def test_that_goes_back_had_taken_effect_if_its_release_was_out(aim: str, cause: str) -> None:
    told = says(
        change(1, "latest-milestone", aim),
        change(1, "stage", "beta"),
        change(2, "stage", "alpha"),
        change(2, "latest-milestone", "v1.32"),
    )
    assert told.last[0] == ReturnSeen.model_validate({"to_phase": "build", "cause": cause})


def test_beta_after_stable_completes_no_build() -> None:
    assert says(change(1, "stage", "stable"), change(2, "stage", "beta")).names == ["reversal"]


def test_provisional_again_is_accepted_again() -> None:
    told = says(change(1, "status", "implementable"), change(2, "status", "provisional"))
    assert told.names == ["return", "milestone"]


def test_deferred_holds_until_another_takes_its_place() -> None:
    told = says(change(1, "status", "deferred"), change(2, "status", "implementable"))
    assert told.units[1] is not None
    assert told.units[1].said == (HoldSeen(cause="other"),)
    assert told.names == ["hold", "milestone"]


@pytest.mark.parametrize(
    ("word", "cause"), [("withdrawn", "withdrawn"), ("rejected", "rejected"), ("superseded", "superseded")]
)
def test_of_the_end_cancels_for_its_cause(word: str, cause: str) -> None:
    [end] = says(change(1, "status", word)).last
    assert isinstance(end, CancellationSeen)
    assert end.cause == cause


def test_of_life_after_deliver_is_noted_and_changes_nothing() -> None:
    told = says(change(1, "stage", "beta"), change(2, "stage", "deprecated"), change(3, "status", "implemented"))
    assert told.units[2] is not None
    assert told.units[2].said == (FactSeen.of(SourceNoted(topic="stage", text="deprecated")),)
    assert stated(told)["release-ready"] == "in-force"


@pytest.mark.parametrize(
    ("field", "word", "reason"),
    [
        ("status", "alpha", "status: 'alpha' is a stage and no status"),
        ("stage", "alpha|beta|stable", "stage: 'alpha|beta|stable' is the template's list and no choice"),
        ("stage", "gamma", "stage: 'gamma' is no word that the mapping knows"),
        ("stage", ["beta"], "stage: expected one text, not a list"),
    ],
)
def test_that_says_nothing_is_refused_and_changes_nothing(field: str, word: Any, reason: str) -> None:
    told = says(change(1, "stage", "alpha"), change(2, field, word), change(3, "stage", "beta"))
    assert told.fate(5) == ("refused", reason)
    assert milestones(told) == [Gate.BUILD_COMPLETED]
