"""Why not? What blocks the next gate of a project, since when, and who can resolve it with which command."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.command import CommandContext, Rejected
from domain.controls.control import controls
from domain.controls.evaluation import Result, digest_of_results, evaluate
from domain.controls.evidence import evidence_digest, evidence_of
from domain.lifecycle import Gate
from domain.reviews.decisions import Seen, evaluation_context_at, results_at
from domain.reviews.review_call import gate_rules
from domain.reviews.voting_rules import waiting_for
from domain.state.gates import Review
from domain.state.project import Project


@dataclass(frozen=True)
class Obstacle:
    """A control that is unmet or deferred: who can meet it, and with which commands."""

    result: Result
    question: str
    roles: tuple[str, ...]
    people: tuple[str, ...]
    commands: tuple[str, ...]
    since: datetime


@dataclass(frozen=True)
class WaitsFor:
    """A pending sign-off or decision: whose, and since when."""

    what: str
    role: str
    party: str | None
    people: tuple[str, ...]
    since: datetime


@dataclass(frozen=True)
class WhyNot:
    """The answer for one gate: `shut` blocks it, `warned` and `deferred` do not, `waits` are pending acts.

    A decision may send `seen` back, to be rejected if something has changed since.
    """

    gate: Gate | None
    review: str | None
    sentence: str
    shut: tuple[Obstacle, ...] = ()
    warned: tuple[Obstacle, ...] = ()
    deferred: tuple[Obstacle, ...] = ()
    waits: tuple[WaitsFor, ...] = ()
    results: tuple[Result, ...] = ()
    seen: Seen | None = None


def why_not(project: Project, context: CommandContext, gate: Gate | None = None) -> WhyNot:
    """What blocks a gate of a project; its next gate if none is given."""
    asked = gate or project.status.next_gate
    if not project.entry.proposed:
        raise Rejected("there is no project with this key; propose it first (propose-project)")
    if project.entry.cancelled or asked is None:
        over = "cancelled" if project.entry.cancelled else "deployed"
        return WhyNot(None, None, f"{project.key} is {over}")
    review = project.gates.open_review(asked)
    results = _results(project, asked, review, context)
    groups = {
        name: tuple(_obstacle(project, result, context) for result in results if test(result))
        for name, test in _GROUPS.items()
    }
    waits = tuple(_waits(project, asked, review, context))
    return WhyNot(
        gate=asked,
        review=review.id if review else None,
        sentence=_sentence(project, asked, len(groups["shut"]), waits),
        **groups,
        waits=waits,
        results=results,
        seen=_seen(project, asked, review, results, context),
    )


_GROUPS: dict[str, Callable[[Result], bool]] = {
    "shut": lambda result: result.blocks,
    "warned": lambda result: result.warns,
    "deferred": lambda result: result.result == "deferred",
}


def _results(project: Project, gate: Gate, review: Review | None, context: CommandContext) -> tuple[Result, ...]:
    if review:
        return results_at(project, review, context)
    return tuple(evaluate(evaluation_context_at(project, gate, context, None)))


def _seen(
    project: Project, gate: Gate, review: Review | None, results: tuple[Result, ...], context: CommandContext
) -> Seen:
    gates: Iterable[Gate] = review.gates if review else (gate,)
    return Seen(
        version=project.version,
        results_digest=digest_of_results(results),
        evidence_set_digest=evidence_digest(evidence_of(project, gates)),
        policy=context.policy.label,
    )


def _obstacle(project: Project, result: Result, context: CommandContext) -> Obstacle:
    control = controls()[result.control]
    newest = project.facts.at(max(result.rests_on, default=0))
    since = max(phase_since(project, context), newest.measured_at) if newest else phase_since(project, context)
    people = _holders(project, control.met_by, context)
    return Obstacle(result, control.question, control.met_by, people, control.met_with, since)


def phase_since(project: Project, context: CommandContext) -> datetime:
    """When the project passed its last gate or was proposed."""
    passed = project.gates.last()
    return passed.at if passed else project.entry.proposed_at or context.now


def _holders(project: Project, roles: Iterable[str], context: CommandContext) -> tuple[str, ...]:
    holders = {a.person for role in roles for a in project.team.holders(role, context.now)}
    return tuple(sorted(holders))


def _waits(project: Project, gate: Gate, review: Review | None, context: CommandContext) -> Iterable[WaitsFor]:
    if review is None:
        yield from _uncalled(project, gate, context)
        return
    missing = waiting_for(review)
    for required in missing:
        team, now = project.team, context.now
        speak = {a.person for a in team.holders(required.role, now) if team.speaks_for(required.party, a)}
        holders = tuple(sorted(speak))
        people = (required.seat,) if required.seat in holders else holders
        yield WaitsFor("sign-off", required.role, required.party, people, review.called_at)
    if not missing:
        for role in review.decided_by:
            since = max((signoff.at for signoff in review.signoffs), default=review.called_at)
            yield WaitsFor("decision", role, None, _holders(project, (role,), context), since)


def _uncalled(project: Project, gate: Gate, context: CommandContext) -> Iterable[WaitsFor]:
    try:
        gate_rules(project, (gate,), context)
    except Rejected:
        return
    owner = "program-manager"
    people = _holders(project, (owner,), context) or ((project.entry.requester or "",))
    yield WaitsFor("call of a review", owner, None, tuple(people), phase_since(project, context))


def _sentence(project: Project, gate: Gate, shut: int, waits: tuple[WaitsFor, ...]) -> str:
    if project.entry.held_since:
        return (
            f"{project.key} is on hold since {project.entry.held_since:%Y-%m-%d}; resume it before anything is decided"
        )
    if shut:
        return f"{gate} is blocked: {shut} control{'s are' if shut > 1 else ' is'} not met"
    if waits:
        waited = ", ".join(sorted({f"{wait.what} by {wait.role}" for wait in waits}))
        return f"all blocking controls are met at {gate}; pending: {waited}"
    return f"nothing blocks {gate}"
