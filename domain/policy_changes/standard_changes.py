"""Standard changes: templates that are known and tested, approved once for all their uses, suspended when they fail."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.policy.rulebook import PolicyEvent, Rulebook, Template, Use
from domain.policy_changes.policy_command import PolicyCommand, keeper
from domain.values import Count, Document, Key, Moment, Name, Permille, Role, Text, Version


class StandardChangeRegistered(PolicyEvent, kind="standard-change.registered/1"):
    """A kind of change is approved in advance: steps, way back, checks, limits (MOF, Change SMF, step 4).

    `proven_by` are the deployed projects of the same steps that the registrar says it was proven by.
    """

    template: Key
    template_version: Version
    service: Key
    steps: Document
    rollback: Document | None = None
    checks: tuple[Name, ...]
    proven_by: tuple[Key, ...]
    valid_until: Moment
    uses: Count
    failure_rate: Permille
    per_month: Count | None = None
    approved_by: Role

    def evolve(self, rulebook: Rulebook, recorded: Recorded) -> None:
        rulebook.templates[self.template] = Template(
            id=self.template,
            version=self.template_version,
            service=self.service,
            registered_at=recorded.measured_at,
            valid_until=self.valid_until,
            event=recorded.id,
            allowed=self.uses,
            per_month=self.per_month,
            failure_rate=self.failure_rate,
            checks=self.checks,
        )


class StandardChangeUsed(PolicyEvent, kind="standard-change.used/1"):
    """A project ran on a template, or ended: so that limits and failure rate are known where the template is.

    What failed once has failed, whatever is told later.
    """

    template: Key
    project: Key
    outcome: Literal["started", "succeeded", "failed"]

    def evolve(self, rulebook: Rulebook, recorded: Recorded) -> None:
        uses = rulebook.templates[self.template].uses
        if self.outcome == "started":
            uses.append(Use(self.project, recorded.measured_at))
        for use in uses:
            if use.project == self.project and self.outcome != "started" and use.outcome != "failed":
                use.outcome = self.outcome


class StandardChangeSuspended(PolicyEvent, kind="standard-change.suspended/1"):
    """A template may not be used until it is registered anew."""

    template: Key
    cause: Literal["failure-rate", "expired", "scope", "no-go"]

    def evolve(self, rulebook: Rulebook, recorded: Recorded) -> None:
        rulebook.templates[self.template].suspended = self.cause


class RegisterStandardChange(PolicyCommand):
    """Register a template, as who keeps the policy, on one's own word that it is proven by deployed projects.

    That each in `proven_by` was deployed by the same steps is stated under the registrar's name, and not checked.
    """

    template: Key
    service: Key
    steps: Document
    rollback: Document | None = None
    checks: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]
    proven_by: Annotated[tuple[Key, ...], Field(min_length=1, max_length=20)]
    per_month: Count | None = None
    reason: Text | None = None

    def decide(self, state: Rulebook, context: CommandContext) -> Iterator[DecidedEvent]:
        role = keeper(context, "standard changes are registered")
        limits = context.policy.templates
        known = state.templates.get(self.template)
        yield DecidedEvent(
            StandardChangeRegistered(
                template=self.template,
                template_version=known.version + 1 if known else 1,
                service=self.service,
                steps=self.steps,
                rollback=self.rollback,
                checks=self.checks,
                proven_by=self.proven_by,
                valid_until=context.now + timedelta(days=limits.valid_days),
                uses=limits.uses,
                failure_rate=limits.failure_rate,
                per_month=self.per_month,
                approved_by=role,
                reason=self.reason,
            ),
            role,
        )


class SuspendStandardChange(PolicyCommand):
    """Suspend a template, until it is registered anew; by who keeps the policy."""

    template: Key
    cause: Literal["failure-rate", "expired", "scope", "no-go"]
    reason: Text

    def decide(self, state: Rulebook, context: CommandContext) -> Iterator[DecidedEvent]:
        role = keeper(context, "standard changes are suspended")
        template = state.templates.get(self.template)
        if template is None:
            raise Rejected(f"template: no standard change {self.template} is registered")
        if not template.suspended:
            suspended = StandardChangeSuspended(template=self.template, cause=self.cause, reason=self.reason)
            yield DecidedEvent(suspended, role)
