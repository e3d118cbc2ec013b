"""Stabilization of the deployment, and the quiet period."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.deploy.deployments import in_production, known_attempt, last_change
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.policy.calendar import working_days_later
from domain.state.project import Project, ProjectCommand, ProjectFact
from domain.state.project_status import must_be_alive
from domain.values import Count, Fact, Key, Moment, Person, Text


class DeploymentConfirmedStable(
    ProjectFact,
    kind="deployment.confirmed-stable/1",
    function=Phase.DEPLOY,
    command="confirm-deployment-stable",
    part="attempt",
    evidence=(Gate.DEPLOYED,),
    per_person=True,
):
    """The deployment was confirmed as stable in production (MOF 4.0, Deploy SMF: process 3, rule 11).

    `attempt` is the deployment attempt, `verified` says what was checked and how, `agreed_by` names the people of
    customer and team who agreed: each counts if they record it too, or sign for it.
    """

    attempt: Key
    verified: Text
    agreed_by: Annotated[tuple[Person, ...], Field(max_length=20)] = ()

    def check(self, project: Project, context: CommandContext) -> None:
        known_attempt(project, self.attempt)


class Assumed(Fact):
    """The expected results of a quiet period: availability in millionths, incidents, minutes to restore."""

    availability_ppm: Annotated[Count, Field(le=1_000_000)] | None = None
    incidents: Count | None = None
    restore_minutes: Count | None = None


class QuietPeriodStarted(ProjectFact, kind="quiet-period.started/1", function=Phase.DEPLOY, evidence=(Gate.DEPLOYED,)):
    """The quiet period was started; it ends at `planned_until` without another event (MSF, Deploying: quiet period)."""

    planned_until: Moment
    assumed: Assumed | None = None


class StartQuietPeriod(ProjectCommand, function=Phase.DEPLOY):
    """Start the quiet period, for the time that the policy requires; start it again after another deployment."""

    assumed: Assumed | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        if not in_production(state):
            raise Rejected("the quiet period can't start: nothing is in production; record the deployment first")
        running = quiet_period(state)
        until = running.event.planned_until if running else quiet_until(state, context)
        started = QuietPeriodStarted(planned_until=until, assumed=self.assumed)
        if running is None or running.event != started:
            yield DecidedEvent(started, context.role)


def quiet_period(project: Project) -> Recorded[QuietPeriodStarted] | None:
    """The current quiet period, unless a deployment or rollback followed."""
    known = project.facts.latest(QuietPeriodStarted)
    return known if known and known.version > last_change(project) else None


def quiet_until(project: Project, context: CommandContext) -> datetime:
    """The end of a quiet period that starts now: after working days, or after a bounded share of the stabilization."""
    times = context.policy.times_of(project.column)
    if times.quiet_working_days:
        return working_days_later(context.now, times.quiet_working_days, context.policy.calendar)
    share = stabilization(project) * times.quiet_share / 1000
    least, most = timedelta(days=times.quiet_days_least), timedelta(days=times.quiet_days_most)
    return context.now + min(max(share, least), most)


def stabilization(project: Project) -> timedelta:
    """The time from build-completed to release-ready; zero if either is missing."""
    built, ready = (project.gates.passed(gate) for gate in (Gate.BUILD_COMPLETED, Gate.RELEASE_READY))
    return ready.at - built.at if built and ready else timedelta()
