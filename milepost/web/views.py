"""Views: a project as JSON, folded from its events."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from domain.event import Recorded
from domain.portfolio.proposal import ProjectProposed
from domain.reviews.why_not import Obstacle, WaitsFor, WhyNot
from domain.state.gates import Review
from domain.state.project import Project
from domain.values import moment_text
from milepost.reading.deferrals import Owed

View = dict[str, Any]


def record(fields: View) -> View:
    """Fields as JSON has them."""
    return {name: plain(value) for name, value in fields.items() if value is not None}


def plain(value: Any) -> Any:
    """A value as JSON has it: moments as text, sequences as lists, what is absent left out."""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, dict):
        return record(cast("View", value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(member) for member in cast("Iterable[Any]", value)]
    return value.model_dump(mode="json", exclude_none=True) if hasattr(value, "model_dump") else value


def project_view(project: Project, owed: Iterable[Owed], now: datetime) -> View:
    """All that is known of a project, as of the state that was folded; `owed` are its debts, paid or not by `now`."""
    return record(
        {
            "key": project.key,
            "version": project.version,
            "origin": project.origin,
            **_standing(project),
            **_gates(project, owed),
            "team": [vars(assignment) for assignment in project.team.now(now)],
            "facts": {kind.kind: len(project.facts.parts(kind)) for kind in project.facts.kinds()},
            "digest": project.digest,
        }
    )


def _standing(project: Project) -> View:
    proposed, entry, status = project.facts.latest(ProjectProposed), project.entry, project.status
    return {
        "proposal": proposed.event if proposed else None,
        "requester": entry.requester,
        "category": entry.category,
        "priority": entry.priority,
        "column": project.column,
        "discipline": entry.discipline,
        "policy": entry.policy,
        "state": status.state,
        "phase": status.phase,
        "next_gate": status.next_gate,
        "held_since": entry.held_since,
    }


def _gates(project: Project, owed: Iterable[Owed]) -> View:
    gates = project.gates
    return {
        "milestones": [vars(passed) for passed in gates.milestones.values()],
        "reviews": [review_view(review) for review in gates.reviews.values()],
        "conditions": [vars(condition) for condition in gates.conditions.values()],
        "debts": [{**vars(one.debt), "paid": one.paid} for one in owed],
        "waivers": [vars(waiver) for waiver in gates.waivers.values()],
        "breaches": gates.breaches,
    }


def review_view(review: Review) -> View:
    known = {name: value for name, value in vars(review).items() if name != "signoffs"}
    return record(known | {"signoffs": [vars(signoff) for signoff in review.signoffs]})


def why_view(why: WhyNot) -> View:
    """Why a gate is shut, as JSON."""
    return record(
        {
            "gate": why.gate,
            "review": why.review,
            "sentence": why.sentence,
            "shut": [obstacle_view(one) for one in why.shut],
            "warned": [obstacle_view(one) for one in why.warned],
            "owed": [obstacle_view(one) for one in why.owed],
            "waits": [_wait_view(one) for one in why.waits],
            "results": why.results,
            "seen": why.seen,
        }
    )


def obstacle_view(obstacle: Obstacle) -> View:
    result = obstacle.result
    return {
        "control": result.control,
        "result": result.result,
        "severity": result.severity,
        "sentence": result.sentence,
        "question": obstacle.question,
        "who": {"roles": obstacle.roles, "people": obstacle.people},
        "with": obstacle.commands,
        "since": obstacle.since,
        "due": result.due,
        "rests_on": result.rests_on,
    }


def _wait_view(wait: WaitsFor) -> View:
    return vars(wait)


def event_view(recorded: Recorded) -> View:
    """The place of an event and where its bytes are told whole."""
    return record({"id": recorded.id, "kind": recorded.event.kind, "version": recorded.version, "time": recorded.time})
