"""Stabilization of the deployment: that it does in production what it should, and the quiet period that shows it."""

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
    """The solution does in production what it should (MOF 4.0, Deploy SMF: process 3, rule 11).

    `attempt` is the one that brought it there, `verified` says what was looked at and how, `agreed_by` who of
    customer and team agreed: each counts who tells it too, or signs for it.
    """

    attempt: Key
    verified: Text
    agreed_by: Annotated[tuple[Person, ...], Field(max_length=20)] = ()

    def check(self, project: Project, context: CommandContext) -> None:
        known_attempt(project, self.attempt)


class Assumed(Fact):
    """What a quiet period was expected to show: availability in millionths, incidents, minutes until restored."""

    availability_ppm: Annotated[Count, Field(le=1_000_000)] | None = None
    incidents: Count | None = None
    restore_minutes: Count | None = None


class QuietPeriodStarted(ProjectFact, kind="quiet-period.started/1", function=Phase.DEPLOY, evidence=(Gate.DEPLOYED,)):
    """The quiet period began; it ends at `planned_until`, without another event (MSF, Deploying: quiet period)."""

    planned_until: Moment
    assumed: Assumed | None = None


class StartQuietPeriod(ProjectCommand, function=Phase.DEPLOY):
    """Begin the quiet period, for as long as the policy asks; begin it anew after another deployment."""

    assumed: Assumed | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        if not in_production(state):
            raise Rejected("nothing is in production yet: record the deployment first")
        running = quiet_period(state)
        until = running.event.planned_until if running else quiet_until(state, context)
        started = QuietPeriodStarted(planned_until=until, assumed=self.assumed)
        if running is None or running.event != started:
            yield DecidedEvent(started, context.role)


def quiet_period(project: Project) -> Recorded[QuietPeriodStarted] | None:
    """The quiet period of what is in production now, unless it was deployed or rolled back since."""
    known = project.facts.latest(QuietPeriodStarted)
    return known if known and known.version > last_change(project) else None


def quiet_until(project: Project, context: CommandContext) -> datetime:
    """When a quiet period that begins now ends: after working days, or a bounded share of the stabilization."""
    times = context.policy.times_of(project.column)
    if times.quiet_working_days:
        return working_days_later(context.now, times.quiet_working_days, context.policy.calendar)
    share = stabilization(project) * times.quiet_share / 1000
    least, most = timedelta(days=times.quiet_days_least), timedelta(days=times.quiet_days_most)
    return context.now + min(max(share, least), most)


def stabilization(project: Project) -> timedelta:
    """How long it took from the completed build to readiness for release; nothing where either is missing."""
    built, ready = (project.gates.passed(gate) for gate in (Gate.BUILD_COMPLETED, Gate.RELEASE_READY))
    return ready.at - built.at if built and ready else timedelta()
