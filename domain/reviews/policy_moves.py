"""Moves of a project to another policy, with the results of its next gate under both."""

from collections.abc import Iterator
from dataclasses import replace

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.controls.evaluation import Result, digest_of_results, evaluate
from domain.event import Recorded
from domain.lifecycle import Gate, SupportingFunction
from domain.policy.policy import Policy
from domain.reviews.breaches import evaluation_context
from domain.state.authority import acting_as
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.state.project_status import must_be_alive
from domain.values import Count, Digest, Name, Text


class ProjectPolicyMoved(ProjectEvent, kind="project.policy-moved/1", function=SupportingFunction.POLICY):
    """The project was moved to another policy; with the results of its next gate under both (mof.md §5.3)."""

    previous_policy: Name
    new_policy: Name
    gate: Gate | None = None
    blocked_before: Count
    blocked_after: Count
    results_before: Digest
    results_after: Digest

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.entry.policy = self.new_policy


class MoveProjectPolicy(ProjectCommand, function=SupportingFunction.POLICY):
    """Move a project to another policy, by the policy's authority; not for members of the project team."""

    policy: Name
    reason: Text

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        policies = context.rulebook.policies
        if self.policy not in policies:
            raise Rejected(f"policy: {self.policy} is not adopted; choose one of {', '.join(policies)}")
        if self.policy == context.policy.label:
            return
        roles = context.policy.authorities_for("move-policy", state.column)
        role = acting_as(state, context, roles, "move a project to another policy")
        mine = state.team.roles_of(context.who, context.now)
        if inside := sorted(mine.intersection(context.policy.team_roles)):
            raise Rejected(
                f"{context.who} is {inside[0]} of this project; "
                "a person outside the team must move it to another policy"
            )
        if review := next((review for review in state.gates.reviews.values() if review.open), None):
            raise Rejected(f"review {review.id} is open under {context.policy.label}; decide or withdraw it first")
        yield DecidedEvent(moved(state, policies[self.policy], context, self.reason), role)


def moved(project: Project, policy: Policy, context: CommandContext, reason: Text | None) -> ProjectPolicyMoved:
    """The move to this policy, with the results of the next gate before and after it."""
    gate = project.status.next_gate
    was = _results(project, gate, context)
    now = _results(project, gate, replace(context, policy=policy))
    return ProjectPolicyMoved(
        previous_policy=context.policy.label,
        new_policy=policy.label,
        gate=gate,
        blocked_before=sum(result.blocks for result in was),
        blocked_after=sum(result.blocks for result in now),
        results_before=digest_of_results(was),
        results_after=digest_of_results(now),
        reason=reason,
    )


def as_held_now(project: Project, context: CommandContext) -> CommandContext:
    """The command context under the project's current policy, in case a command has moved the project."""
    policies = context.rulebook.policies
    return replace(context, policy=policies.get(project.held_to or "", context.policy))


def _results(project: Project, gate: Gate | None, context: CommandContext) -> tuple[Result, ...]:
    return tuple(evaluate(evaluation_context(project, gate, context))) if gate else ()
