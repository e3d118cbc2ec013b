"""A deployment."""

from datetime import timedelta

import pytest

from domain.deploy.deployments import (
    CORE,
    DeploymentFinished,
    DeploymentRolledBack,
    DeploymentStarted,
    attempts,
    in_production,
    last_change,
)
from domain.deploy.outages import Outage
from domain.reviews.fact_reports import report
from domain.state.project import ProjectFact
from tests.conftest import START, by
from tests.domain.deploy.past import AGAIN, OLD, ONE, ROLLED_BACK, STARTED, SUCCEEDED, TWO
from tests.domain.openings import PROPOSED, GivenPast

FAILED = DeploymentFinished(attempt="a1", result="failed")


def test_that_started_is_recorded_authorized_or_not(given: GivenPast) -> None:
    given(PROPOSED).when(report(STARTED)).then(STARTED)
    given(PROPOSED).when(report(AGAIN)).then(AGAIN)


@pytest.mark.parametrize("past", [[STARTED], [STARTED, SUCCEEDED], [STARTED, SUCCEEDED, ROLLED_BACK]])
def test_told_again_unchanged_says_nothing_new(given: GivenPast, past: list[ProjectFact]) -> None:
    given(PROPOSED, *past).when(report(past[-1])).then_nothing()


@pytest.mark.parametrize("end", [SUCCEEDED, ROLLED_BACK])
def test_is_tried_again_under_another_id(given: GivenPast, end: ProjectFact) -> None:
    other = STARTED.model_copy(update={"candidate_digest": TWO})
    given(PROPOSED, STARTED).when(report(other)).then(other)
    given(PROPOSED, STARTED, end).when(report(other)).then_rejected("attempt: deployment attempt a1 has already ended")
    given(PROPOSED, STARTED, end).when(report(AGAIN)).then(AGAIN)


@pytest.mark.parametrize("end", [SUCCEEDED, ROLLED_BACK])
def test_that_started_ends(given: GivenPast, end: ProjectFact) -> None:
    given(PROPOSED, STARTED).when(report(end)).then(end)
    given(PROPOSED).when(report(end)).then_rejected(
        "attempt: deployment attempt a1 is not started; record its start first .start-deployment."
    )


def test_has_no_downtime_that_ends_before_it_begins(given: GivenPast) -> None:
    turned = Outage(since=START, until=START - timedelta(minutes=5))
    told = SUCCEEDED.model_copy(update={"downtime": (turned,)})
    given(PROPOSED, STARTED).when(report(told)).then_rejected(
        "downtime: the outage ends before it begins; give a later end"
    )


@pytest.mark.parametrize(
    ("past", "state"),
    [([], "running"), ([SUCCEEDED], "succeeded"), ([FAILED], "failed"), ([SUCCEEDED, ROLLED_BACK], "rolled-back")],
)
def test_stands_as_its_end_says(given: GivenPast, past: list[ProjectFact], state: str) -> None:
    (attempt,) = attempts(given(PROPOSED, STARTED, *past).project())
    assert attempt.state == state


def test_is_done_by_whoever_told_it_unless_another_is_named(given: GivenPast) -> None:
    project = given(PROPOSED, by("pipeline")(STARTED), by("pipeline")(AGAIN)).project()
    assert [attempt.deployer for attempt in attempts(project)] == ["dora", "pipeline"]


@pytest.mark.parametrize(
    ("past", "digest"),
    [
        ([SUCCEEDED], ONE),
        ([DeploymentFinished(attempt="a1", result="partial")], ONE),
        ([DeploymentFinished(attempt="a1", result="succeeded", digest_found=TWO)], TWO),
        ([DeploymentFinished(attempt="a1", result="failed", digest_found=TWO)], TWO),
        ([SUCCEEDED, ROLLED_BACK], OLD),
        ([ROLLED_BACK], OLD),
        ([SUCCEEDED, DeploymentRolledBack(attempt="a1")], None),
        ([SUCCEEDED, AGAIN, DeploymentFinished(attempt="a2", result="failed")], ONE),
        ([SUCCEEDED, AGAIN, DeploymentFinished(attempt="a2", result="succeeded")], TWO),
        ([AGAIN, DeploymentFinished(attempt="a2", result="succeeded"), SUCCEEDED], ONE),
    ],
)
def test_puts_into_production_what_was_found_or_meant(
    given: GivenPast, past: list[ProjectFact], digest: str | None
) -> None:
    standing = in_production(given(PROPOSED, STARTED, *past).project())
    assert standing[CORE].digest == digest


def test_stands_at_its_own_target(given: GivenPast) -> None:
    lima = DeploymentStarted(attempt="a2", target="lima", candidate_digest=TWO)
    there = DeploymentFinished(attempt="a2", result="succeeded")
    standing = in_production(given(PROPOSED, STARTED, SUCCEEDED, lima, there).project())
    assert {target: now.digest for target, now in standing.items()} == {CORE: ONE, "lima": TWO}
    assert standing["lima"].because.event == there


def test_that_failed_or_runs_puts_nothing_into_production(given: GivenPast) -> None:
    assert in_production(given(PROPOSED, STARTED, FAILED, AGAIN).project()) == {}


def test_was_last_changed_by_its_newest_word(given: GivenPast) -> None:
    assert last_change(given(PROPOSED).project()) == 0
    assert last_change(given(PROPOSED, STARTED, SUCCEEDED, PROPOSED).project()) == 3
