"""Standard changes: start, deploy and finish. A registered template approves every gate in advance."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.command import Command, CommandContext, DecidedEvent, Rejected
from domain.controls.evaluation import Result, evaluate
from domain.deploy.authorization import DeploymentAuthorized
from domain.deploy.deployments import DeploymentFinished, DeploymentRolledBack, DeploymentStarted, attempts
from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.deploy.stabilization import DeploymentConfirmedStable
from domain.lifecycle import Act, Gate, Phase, ProjectKind, SupportingFunction
from domain.planning.rfc import RfcScheduled, RfcSubmitted, Window
from domain.planning.rfc_decision import RfcDecided
from domain.policy.rulebook import Rulebook, Template
from domain.policy_changes.standard_changes import StandardChangeUsed
from domain.portfolio.classification import ChangeClassified
from domain.portfolio.preapproval import ProjectPreapproved
from domain.portfolio.proposal import ProposeProject
from domain.reviews.breaches import evaluation_context
from domain.reviews.fact_reports import report
from domain.reviews.milestone_grants import reached
from domain.reviews.review_call import at_work
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen, chosen_candidate
from domain.stabilize.test_runs import TestRunCompleted
from domain.state.project import Project, ProjectCommand, ProjectFact
from domain.values import Digest, Document, Key, Name, Text


class StartStandardChange(ProjectCommand, function=SupportingFunction.PORTFOLIO):
    """Start a standard change on its template: propose, classify, preapprove and plan it in one command."""

    template: Key
    title: Name | None = None
    project_kind: ProjectKind = "change"
    customer: Key
    window: Window | None = None
    summary: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        template = usable(context.rulebook, self.template, context)
        yield from self._entry(template).decide(state, context)
        yield DecidedEvent(ChangeClassified(category="standard", priority="low", template=template.id), context.role)
        yield DecidedEvent(preapproval(template), context.role)
        yield _used(template, state, "started", context)
        yield from self._request(state, template, context)
        yield from opened(state, (Gate.ENVISIONED, Gate.PLAN_APPROVED), context)

    def _entry(self, template: Template) -> Command[Project]:
        return ProposeProject(
            title=self.title or template.id,
            project_kind=self.project_kind,
            service=template.service,
            customer=self.customer,
            summary=self.summary,
        )

    def _request(self, project: Project, template: Template, context: CommandContext) -> Iterator[DecidedEvent]:
        rfc = f"{template.id}-{template.version}"[:63]
        yield DecidedEvent(RfcSubmitted(rfc=rfc, services=(template.service,), window_wanted=self.window), context.role)
        yield DecidedEvent(
            RfcDecided(
                rfc=rfc,
                body="standing",
                outcome="approved",
                valid_until=self.window.closes if self.window else template.valid_until,
            ),
            context.role,
        )
        if self.window:
            yield DecidedEvent(RfcScheduled(rfc=rfc, window=self.window), context.role)


class DeployStandardChange(ProjectCommand, function=Phase.DEPLOY):
    """Deploy the tested candidate of a standard change; a failed check ends its use of the template."""

    candidate: Digest
    check: Literal["passed", "failed"]
    document: Document | None = None
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        template = running(state, context)
        number = len(attempts(state)) + 1
        candidate, passed = f"candidate-{number}", int(self.check == "passed")
        checks = max(1, len(template.checks))
        yield DecidedEvent(CandidateBuilt(candidate=candidate, digest=self.candidate), context.role)
        yield DecidedEvent(
            TestRunCompleted(
                run=f"check-{number}",
                type="acceptance",
                candidate=candidate,
                planned=checks,
                passed=checks * passed,
                failed=checks - checks * passed,
                document=self.document,
            ),
            context.role,
        )
        if not passed:
            yield _used(template, state, "failed", context)
            return
        yield DecidedEvent(CandidateChosen(candidate=candidate, digest=self.candidate), context.role)
        yield from opened(state, (Gate.BUILD_COMPLETED, Gate.RELEASE_READY), context)
        yield from self._deployment(state, f"attempt-{number}", context)

    def _deployment(self, project: Project, attempt: str, context: CommandContext) -> Iterator[DecidedEvent]:
        warned = [result for result in _evaluated(project, Act.AUTHORIZATION, context) if result.blocks]
        if warned:
            raise Rejected("; ".join(f"{result.control}: {result.sentence}" for result in warned[:3]))
        authorized = DeploymentAuthorized(authorization=attempt, scope="core", candidate_digest=self.candidate)
        yield DecidedEvent(authorized, context.role)
        started = DeploymentStarted(attempt=attempt, candidate_digest=self.candidate, authorization=attempt)
        yield from report(started).decide(project, context)


class FinishStandardChange(ProjectCommand, function=Phase.DEPLOY):
    """Finish a standard change: verified and deployed, or rolled back and counted as a failure of its template."""

    result: Literal["succeeded", "failed"]
    verified: Text | None = None
    lessons: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        template = running(state, context)
        tried = attempts(state)
        if not tried or tried[-1].state != "running":
            raise Rejected("no deployment is running; start it first (deploy-standard-change)")
        attempt, chosen = tried[-1].started.event.attempt, chosen_candidate(state)
        digest = chosen.event.digest if chosen else None
        yield DecidedEvent(
            DeploymentFinished(
                attempt=attempt, result=self.result, digest_found=digest if self.result == "succeeded" else None
            ),
            context.role,
        )
        if self.result == "failed" or self.verified is None:
            cause = self.reason or "the change was not verified"
            yield DecidedEvent(DeploymentRolledBack(attempt=attempt, cause=cause), context.role)
            yield _used(template, state, "failed", context)
            return
        yield from self._closed(state, attempt, template, self.verified, context)

    def _closed(
        self, project: Project, attempt: str, template: Template, verified: Text, context: CommandContext
    ) -> Iterator[DecidedEvent]:
        facts: tuple[ProjectFact, ...] = (
            DeploymentConfirmedStable(attempt=attempt, verified=verified),
            PostImplementationReviewRecorded(
                technical_success=True, business_success=True, on_time=True, on_budget=True, lessons=self.lessons
            ),
        )
        for fact in facts:
            yield from report(fact).decide(project, context)
        yield from opened(project, (Gate.DEPLOYED,), context)
        yield _used(template, project, "succeeded", context)


def _used(
    template: Template, project: Project, outcome: Literal["started", "succeeded", "failed"], context: CommandContext
) -> DecidedEvent:
    """The use of a template, as an event for the stream of its policy."""
    return DecidedEvent(StandardChangeUsed(template=template.id, project=project.key, outcome=outcome), context.role)


def preapproval(template: Template) -> ProjectPreapproved:
    return ProjectPreapproved(
        template=template.id,
        template_version=template.version,
        standing_approval=template.event,
        limits_checked=("registered", "in date", "uses", "failure rate"),
    )


def usable(rulebook: Rulebook, name: str, context: CommandContext) -> Template:
    """The template of this name. Raises `Rejected` if no change may start on it now."""
    template = rulebook.templates.get(name)
    if template is None:
        known = ", ".join(sorted(rulebook.templates)) or "none"
        raise Rejected(f"template: standard change {name} is not registered; registered: {known}")
    why = template.unusable(context.now, context.policy.templates.failures_counted_over)
    if why:
        raise Rejected(
            f"template: standard change {name} can't be used: {why}; use the normal reviews or another template"
        )
    return template


def running(project: Project, context: CommandContext) -> Template:
    """The template of a running standard change. Raises `Rejected` if there is none or the change has ended."""
    at_work(project)
    template = context.rulebook.templates.get(project.entry.template or "")
    if template is None or project.column != "standard":
        raise Rejected("this is not a standard change; its gates are decided by reviews (call-review)")
    if why := _over(project, template):
        raise Rejected(f"this standard change has ended ({why}); start another (start-standard-change)")
    return template


def _over(project: Project, template: Template) -> str | None:
    """Why a standard change has ended, if so; a failed change stays failed even if the template is renewed."""
    tried, checks = attempts(project), project.facts.parts(TestRunCompleted).items()
    outcome = next((use.outcome for use in reversed(template.uses) if use.project == project.key), None)
    if project.gates.passed(Gate.DEPLOYED):
        return "it was deployed"
    if project.entry.template_left:
        return "a gate of its standing approval was reversed"
    if outcome == "failed" or any(run.startswith("check-") and check.event.failed for run, check in checks):
        return "its check or its deployment failed"
    return "it was rolled back" if tried and tried[-1].state == "rolled-back" else None


def opened(project: Project, gates: tuple[Gate, ...], context: CommandContext) -> Iterator[DecidedEvent]:
    """The milestones that a standing approval grants, each with the results it rests on."""
    for gate in gates:
        results = _evaluated(project, gate, context)
        shut = [result for result in results if result.blocks]
        if shut:
            raise Rejected(f"{gate} not passed: " + "; ".join(f"{r.control}: {r.sentence}" for r in shut[:3]))
        yield DecidedEvent(reached(project, gate, "standing", results=results), context.role)


def _evaluated(project: Project, point: Gate | Act, context: CommandContext) -> tuple[Result, ...]:
    return tuple(evaluate(evaluation_context(project, point, context)))
