"""Looking at a project's past with one control."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

import pytest

from domain.controls.control import EvaluationContext, Finding, controls
from domain.lifecycle import Column, Point
from domain.policy.policy import Policy
from domain.policy.rulebook import PolicyEvent
from domain.state.project import ProjectEvent, fold
from tests.conftest import START, Act, history, rulebook_of


class Look(Protocol):
    """What a control finds in a past at a gate or act, in a column; an hour after the last event unless told when."""

    def __call__(
        self,
        name: str,
        *acts: ProjectEvent | Act,
        at: Point,
        column: Column = "significant",
        rules: Iterable[PolicyEvent | Act] = (),
        who: str | None = None,
        now: datetime | None = None,
        assumed: Iterable[Point] = (),
        auth: str = "unauthenticated",
        policy: Policy | None = None,
    ) -> Finding: ...


@pytest.fixture
def look(policy: Policy) -> Look:
    """`look("risks-assessed", events…, at=Gate.ENVISIONED)`: what that control finds."""
    default = policy

    def found(
        name: str,
        *acts: ProjectEvent | Act,
        at: Point,
        column: Column = "significant",
        rules: Iterable[PolicyEvent | Act] = (),
        who: str | None = None,
        now: datetime | None = None,
        assumed: Iterable[Point] = (),
        auth: str = "unauthenticated",
        policy: Policy | None = None,
    ) -> Finding:
        held_to = policy or default
        past = history(*acts, policy=held_to.label)
        project = fold(past)
        project.entry.category, project.entry.priority = (
            ("significant", "emergency") if column == "emergency" else (column, "medium")
        )
        rulebook = rulebook_of(held_to, history(*rules, stream=f"policy-{held_to.name}"))
        moment = now or (past[-1].recorded_at if past else START) + timedelta(hours=1)
        context = EvaluationContext(project, held_to, rulebook, at, moment, who, frozenset(assumed), auth)
        finding = controls()[name].check(context)
        assert len(finding.sentence) <= 400
        return finding

    return found
