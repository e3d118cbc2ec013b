"""Moving a project to another policy: by an event, with what the next gate looks like under both."""

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
    """From now on a project is held to other rules; with the results of its next gate under both (mof.md §5.3)."""

    was: Name
    now: Name
    gate: Gate | None = None
    blocked_was: Count
    blocked_now: Count
    results_was: Digest
    results_now: Digest

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.entry.policy = self.now


class MoveProjectPolicy(ProjectCommand, function=SupportingFunction.POLICY):
    """Hold a project to another version of its policy; by the policy's authority, and by nobody of the team."""

    policy: Name
    reason: Text

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        policies = context.rulebook.policies
        if self.policy not in policies:
            raise Rejected(f"policy: {self.policy} was never adopted; there are {', '.join(policies)}")
        if self.policy == context.policy.label:
            return
        roles = context.policy.authorities_for("move-policy", state.column)
        role = acting_as(state, context, roles, "to move a project to another policy")
        mine = state.team.roles_of(context.who, context.now)
        if inside := sorted(mine.intersection(context.policy.team_roles)):
            raise Rejected(f"{context.who} is {inside[0]} here: nobody of the team moves it to another policy")
        if review := next((review for review in state.gates.reviews.values() if review.open), None):
            raise Rejected(f"review {review.id} was called under {context.policy.label}: decide or withdraw it")
        yield DecidedEvent(moved(state, policies[self.policy], context, self.reason), role)


def moved(project: Project, policy: Policy, context: CommandContext, reason: Text | None) -> ProjectPolicyMoved:
    """The move to this policy, with how the next gate stands before and after it."""
    gate = project.status.next_gate
    was = _results(project, gate, context)
    now = _results(project, gate, replace(context, policy=policy))
    return ProjectPolicyMoved(
        was=context.policy.label,
        now=policy.label,
        gate=gate,
        blocked_was=sum(result.blocks for result in was),
        blocked_now=sum(result.blocks for result in now),
        results_was=digest_of_results(was),
        results_now=digest_of_results(now),
        reason=reason,
    )


def as_held_now(project: Project, context: CommandContext) -> CommandContext:
    """The command context under the policy that the project is held to by now, should a command have moved it."""
    policies = context.rulebook.policies
    return replace(context, policy=policies.get(project.held_to or "", context.policy))


def _results(project: Project, gate: Gate | None, context: CommandContext) -> tuple[Result, ...]:
    return tuple(evaluate(evaluation_context(project, gate, context))) if gate else ()
