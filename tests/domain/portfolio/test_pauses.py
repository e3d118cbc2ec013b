"""A pause, or the end, of a project."""

from dataclasses import replace
from datetime import date

import pytest

from domain.command import Command
from domain.policy.policy import Policy
from domain.portfolio.pauses import (
    CancelProject,
    HoldProject,
    ProjectCancelled,
    ProjectHeld,
    ProjectResumed,
    ResumeProject,
)
from domain.reviews.milestones import ProjectDeployed
from tests.domain.openings import CANCELLED, PROPOSED, GivenPast, classified, holds

HOLD = HoldProject(cause="funding")
HELD = ProjectHeld(cause="funding")
CANCEL = CancelProject(cause="no-value", disposal="the code is kept")
DEPLOYED = ProjectDeployed(basis="observed", attempt=1)
PAST = (PROPOSED, classified("significant"), holds("grace", "solution-manager"))


def test_begins_when_a_project_is_held(given: GivenPast) -> None:
    given(*PAST).when(HOLD, by="grace").then(HELD)
    assert given(*PAST, HELD).project().entry.held_since is not None


def test_is_not_held_twice_for_the_same_cause(given: GivenPast) -> None:
    given(*PAST, HELD).when(HOLD, by="grace").then_nothing()


def test_runs_on_when_it_is_told_anew_until_when(given: GivenPast) -> None:
    until = date(2026, 3, 1)
    longer = ProjectHeld(cause="funding", expected_until=until)
    given(*PAST, HELD).when(HoldProject(cause="funding", expected_until=until), by="grace").then(longer)
    first, second = given(*PAST, HELD).project().entry, given(*PAST, HELD, longer).project().entry
    assert first.held_since == second.held_since


def test_may_come_again_for_the_same_cause(given: GivenPast) -> None:
    given(*PAST, HELD, ProjectResumed()).when(HOLD, by="grace").then(HELD)


def test_ends_when_the_project_is_resumed(given: GivenPast) -> None:
    resume = ResumeProject(changed_meanwhile=("the price",), reason="money is there")
    resumed = ProjectResumed(changed_meanwhile=("the price",), reason="money is there")
    given(*PAST, HELD).when(resume, by="grace").then(resumed)
    assert given(*PAST, HELD, resumed).project().entry.held_since is None


def test_that_ended_is_not_ended_again(given: GivenPast) -> None:
    given(*PAST, HELD, ProjectResumed()).when(ResumeProject(), by="grace").then_nothing()


def test_that_never_was_can_not_end(given: GivenPast) -> None:
    given(*PAST).when(ResumeProject(), by="grace").then_rejected(
        "the project can't be resumed: it was never put on hold"
    )


def test_can_be_the_end(given: GivenPast) -> None:
    cancelled = ProjectCancelled(cause="no-value", disposal="the code is kept")
    given(*PAST).when(CANCEL, by="grace").then(cancelled)
    given(*PAST, HELD).when(CANCEL, by="grace").then(cancelled)
    entry = given(*PAST, HELD, cancelled).project().entry
    assert (entry.cancelled, entry.held_since) == (True, None)


def test_for_good_says_nothing_new_when_it_is_said_again(given: GivenPast) -> None:
    given(*PAST, ProjectCancelled(cause="no-value", disposal="the code is kept")).when(CANCEL).then_nothing()


@pytest.mark.parametrize("command", [HOLD, ResumeProject(), CANCEL])
def test_comes_to_no_project_that_is_not_there_or_over(given: GivenPast, command: Command) -> None:
    given().when(command).then_rejected("propose it first")
    given(*PAST, CANCELLED).when(command, by="grace").then_rejected("final")


@pytest.mark.parametrize("command", [HOLD, CANCEL])
def test_comes_to_no_project_that_is_deployed(given: GivenPast, command: Command) -> None:
    given(*PAST, DEPLOYED).when(command, by="grace").then_rejected("the project is deployed")


@pytest.mark.parametrize("command", [HOLD, CANCEL])
def test_is_for_who_the_policy_names(given: GivenPast, command: Command) -> None:
    given(*PAST).when(command, by="linus").then_rejected("only .*solution-manager may .* .held by grace")


@pytest.mark.parametrize("command", [HOLD, CANCEL])
def test_is_for_anyone_where_the_policy_names_nobody(given: GivenPast, policy: Policy, command: Command) -> None:
    without = policy.model_copy(update={"authorities": ()})
    assert replace(given(*PAST), policy=without).when(command, by="linus").follows()


def test_to_resume_is_for_who_may_hold(given: GivenPast) -> None:
    given(*PAST, HELD).when(ResumeProject(), by="linus").then_rejected("only .* may resume this project")


def test_by_another_project_names_it(given: GivenPast) -> None:
    superseded = CancelProject(cause="superseded", disposal="moved over")
    given(*PAST).when(superseded, by="grace").then_rejected(
        "superseded_by: give the succeeding project if the cause is superseded, and leave it out otherwise"
    )
    named = superseded.model_copy(update={"superseded_by": "pay-2"})
    given(*PAST).when(named, by="grace").then_kinds("project.cancelled/1")
    other = CANCEL.model_copy(update={"superseded_by": "pay-2"})
    given(*PAST).when(other, by="grace").then_rejected(
        "superseded_by: give the succeeding project if the cause is superseded, and leave it out otherwise"
    )
