"""Views: what is known of a project, as the response models say it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.portfolio.proposal import ProjectProposed
from domain.reviews.why_not import Obstacle, WaitsFor, WhyNot
from domain.state.project import Project
from milepost.log.command_outcome import CommandOutcome
from milepost.reading.deferrals import DeferralStatus
from milepost.web.response_models.outcome import CommandResultModel
from milepost.web.response_models.project import DeferralModel, ProjectModel
from milepost.web.response_models.why import ObstacleModel, WaitModel, WhyModel


def project_view(project: Project, deferrals: Iterable[DeferralStatus], now: datetime) -> ProjectModel:
    """All that is known of a project, as of the state that was folded; `deferrals` are its deferrals at `now`."""
    proposed = project.facts.latest(ProjectProposed)
    return ProjectModel.model_validate(
        {
            "key": project.key,
            "version": project.version,
            "origin": project.origin,
            "proposal": proposed.event if proposed else None,
            "team": list(project.team.now(now)),
            "facts": {kind.kind: len(project.facts.parts(kind)) for kind in project.facts.kinds()},
            "digest": project.digest,
            **_entry(project),
            **_gates(project, deferrals),
        }
    )


def _entry(project: Project) -> dict[str, Any]:
    entry, status = project.entry, project.status
    return {
        "requester": entry.requester,
        "category": entry.category,
        "priority": entry.priority,
        "rigour": project.column,
        "discipline": entry.discipline,
        "policy": entry.policy,
        "state": status.state,
        "phase": status.phase,
        "last_gate": status.last_gate,
        "next_gate": status.next_gate,
        "held_since": entry.held_since,
    }


def _gates(project: Project, deferrals: Iterable[DeferralStatus]) -> dict[str, Any]:
    gates = project.gates
    return {
        "milestones": list(gates.milestones.values()),
        "reviews": list(gates.reviews.values()),
        "conditions": list(gates.conditions.values()),
        "deferrals": [_deferral(one) for one in deferrals],
        "waivers": list(gates.waivers.values()),
        "breaches": gates.breaches,
    }


def _deferral(one: DeferralStatus) -> DeferralModel:
    known = one.deferral
    return DeferralModel(control=known.control, gate=known.gate, due=known.due, version=known.version, met=one.met)


def why_view(why: WhyNot) -> WhyModel:
    """Why a gate does not open."""
    return WhyModel.model_validate(
        {
            "gate": why.gate,
            "review": why.review,
            "sentence": why.sentence,
            "blocking": [_obstacle(one) for one in why.shut],
            "warnings": [_obstacle(one) for one in why.warned],
            "deferred": [_obstacle(one) for one in why.deferred],
            "waiting_for": [_wait(one) for one in why.waits],
            "results": why.results,
            "seen": why.seen,
        }
    )


def _obstacle(obstacle: Obstacle) -> ObstacleModel:
    result = obstacle.result
    return ObstacleModel.model_validate(
        {
            "control": result.control,
            "result": result.result,
            "severity": result.severity,
            "sentence": result.sentence,
            "question": obstacle.question,
            "who": {"roles": obstacle.roles, "people": obstacle.people},
            "commands": obstacle.commands,
            "since": obstacle.since,
            "due": result.due,
            "rests_on": result.rests_on,
        }
    )


def _wait(wait: WaitsFor) -> WaitModel:
    return WaitModel.model_validate(wait)


def command_result(outcome: CommandOutcome) -> CommandResultModel:
    """The outcome of a command, as the command line prints it."""
    return CommandResultModel.model_validate(outcome)
