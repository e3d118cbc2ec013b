"""The page of a policy: what every control asks, at which gate, how strictly, and on what authority."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from domain.controls.control import controls
from domain.lifecycle import Act, Gate
from domain.policy.policy import Policy
from milepost.app.service import Service
from milepost.log.command_outcome import DEFAULT_POLICY
from milepost.policies.policy_document import COLUMNS, LETTERS, MODES
from milepost.web.pages.cohorts import Chosen
from milepost.web.pages.page_response import Pages
from milepost.web.problems import Problem
from milepost.web.strict_route import strict_router

MEANINGS = {
    "B": "blocks: while it is unmet the gate is refused",
    "A": "blocks, but a valid template meets it in advance",
    "D": "defers: the gate passes, and the control must be met by a due date",
    "W": "warns: the decider gives a reason",
    "R": "is recorded: nothing is asked",
    "–": "is not asked",
}


def policy_routes(service: Service, pages: Pages) -> APIRouter:
    """The route of the policy."""
    router = strict_router(include_in_schema=False)

    @router.get("/policy")
    def policy(label: Annotated[Chosen, Query()] = None) -> HTMLResponse:
        rulebook = service.reading.rulebook(label.rpartition("/")[0] if label else DEFAULT_POLICY)
        if label and label not in rulebook.policies:
            raise Problem(404, "unknown", "There is no such policy", f"{label}: the one in force is {rulebook.current}")
        found = rulebook.policy(label)
        told = {
            "policy": found,
            "current": rulebook.current,
            "labels": list(rulebook.policies),
            "columns": COLUMNS,
            "meanings": MEANINGS,
            "points": list(_points(found)),
            "modes": MODES,
            "templates": rulebook.templates.values(),
        }
        return pages.render("policy.html", "/policy", told)

    return router


def _points(policy: Policy) -> Iterator[dict[str, Any]]:
    """Each gate and act with its controls; each control is told whole where it first stands."""
    told: set[str] = set()
    for point in (*Gate, *Act):
        rules = [rule for rule in policy.controls if point in rule.at and rule.control in controls()]
        if rules:
            rows = [
                {
                    "control": controls()[rule.control],
                    "rule": rule,
                    "letters": [LETTERS[rule.severity.of(column)] for column in COLUMNS],
                    "first": rule.control not in told,
                }
                for rule in rules
            ]
            told |= {rule.control for rule in rules}
            yield {"point": point, "rows": rows, "signs": [rule for rule in policy.gates if rule.gate == point]}
