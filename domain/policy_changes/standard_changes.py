"""Standard changes: templates that are approved once for all uses, and suspended when they fail."""

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
    """A template of standard changes was registered: steps, rollback, checks and limits (MOF, Change SMF, step 4).

    `proven_by` are deployed projects with the same steps, as the registrar states.
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
    """A project started or ended a use of a template; limits and failure rate are counted from these events.

    A failed use stays failed, whatever is recorded later.
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
    """A template was suspended until it is registered again."""

    template: Key
    cause: Literal["failure-rate", "expired", "scope", "no-go"]

    def evolve(self, rulebook: Rulebook, recorded: Recorded) -> None:
        rulebook.templates[self.template].suspended = self.cause


class RegisterStandardChange(PolicyCommand):
    """Register a template of standard changes, as a policy owner.

    The registrar states that each project in `proven_by` was deployed by the same steps; this is not checked.
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
        role = keeper(context, "register a standard change")
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
    """Suspend a template until it is registered again, as a policy owner."""

    template: Key
    cause: Literal["failure-rate", "expired", "scope", "no-go"]
    reason: Text

    def decide(self, state: Rulebook, context: CommandContext) -> Iterator[DecidedEvent]:
        role = keeper(context, "suspend a standard change")
        template = state.templates.get(self.template)
        if template is None:
            raise Rejected(
                f"template: standard change {self.template} is not registered; "
                "register it first (register-standard-change)"
            )
        if not template.suspended:
            suspended = StandardChangeSuspended(template=self.template, cause=self.cause, reason=self.reason)
            yield DecidedEvent(suspended, role)
