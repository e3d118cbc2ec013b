"""The policy page: the controls of each gate with their severity and source, and who signs and decides."""

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
from milepost.web.pages.cohorts import FilterValue
from milepost.web.pages.page_response import Pages
from milepost.web.problems import Problem
from milepost.web.strict_route import strict_router

SEVERITIES = {
    "B": "blocks: the gate is refused while the control is unmet",
    "A": "blocks: a valid standing approval meets the control in advance",
    "D": "defers: the gate passes, and the control must be met by a due date",
    "W": "warns: the gate passes if the decider gives a reason",
    "R": "records: the result is stored and has no effect",
    "–": "is not checked",
}


def policy_routes(service: Service, pages: Pages) -> APIRouter:
    """The route of the policy page."""
    router = strict_router(include_in_schema=False)

    @router.get("/policy")
    def policy(label: Annotated[FilterValue, Query()] = None) -> HTMLResponse:
        rulebook = service.reading.rulebook(label.rpartition("/")[0] if label else DEFAULT_POLICY)
        if label and label not in rulebook.policies:
            raise Problem(
                404,
                "unknown",
                "This policy does not exist",
                f"label: {label}; the current policy is {rulebook.current}, and /policy lists all versions",
            )
        policy_version = rulebook.policy(label)
        context = {
            "policy": policy_version,
            "current": rulebook.current,
            "labels": list(rulebook.policies),
            "columns": COLUMNS,
            "meanings": SEVERITIES,
            "points": list(_list_points(policy_version)),
            "modes": MODES,
            "templates": rulebook.templates.values(),
        }
        return pages.render("policy.html", "/policy", context)

    return router


def _list_points(policy: Policy) -> Iterator[dict[str, Any]]:
    """List each gate and act with its controls; `first` marks where a control is described in full."""
    described: set[str] = set()
    for point in (*Gate, *Act):
        rules = [rule for rule in policy.controls if point in rule.at and rule.control in controls()]
        if rules:
            rows = [
                {
                    "control": controls()[rule.control],
                    "rule": rule,
                    "letters": [LETTERS[rule.severity.of(column)] for column in COLUMNS],
                    "first": rule.control not in described,
                }
                for rule in rules
            ]
            described |= {rule.control for rule in rules}
            yield {"point": point, "rows": rows, "signs": [rule for rule in policy.gates if rule.gate == point]}
