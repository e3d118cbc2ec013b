"""Controls: definition, evaluation context and findings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from domain.controls.objectives import Objective
from domain.lifecycle import Column, Gate, Point
from domain.policy.policy import STRICT, Policy
from domain.policy.rulebook import Rulebook
from domain.state.gates import Review
from domain.state.project import Project

Answer = Literal["met", "unmet", "undetermined", "not-applicable"]


@dataclass(frozen=True)
class EvaluationContext:
    """The input of a control: a project, at one gate or act, at one moment, under one policy.

    `who` is the person who asks or decides; `assumed` is what the same review decides before this gate (earlier gates,
    the request for change); `auth` is how the person was authenticated.
    """

    project: Project
    policy: Policy
    rulebook: Rulebook
    point: Point
    now: datetime
    who: str | None = None
    assumed: frozenset[Point] = frozenset()
    auth: str = "unauthenticated"

    @property
    def column(self) -> Column:
        return self.project.column

    @property
    def strict(self) -> bool:
        """Whether an empty set is unmet: for significant and major changes."""
        return self.column in STRICT

    @property
    def review(self) -> Review | None:
        return self.project.gates.open_review(self.point) if isinstance(self.point, Gate) else None

    @property
    def last_gate(self) -> int:
        """The version at which the last gate was passed, 0 before the first."""
        passed = self.project.gates.last()
        return passed.version if passed else 0


@dataclass(frozen=True)
class Finding:
    """The finding of a control: a result, a sentence for people, and the versions of the events that it rests on."""

    result: Answer
    sentence: str
    rests_on: tuple[int, ...] = ()


class Placed(Protocol):
    """Anything with a version in a project's stream: a record, a sign-off, a milestone, a waiver."""

    @property
    def version(self) -> int: ...


def _versions(records: Iterable[Placed]) -> tuple[int, ...]:
    return tuple(sorted({record.version for record in records}))


def met(sentence: str, *records: Placed) -> Finding:
    return Finding("met", sentence, _versions(records))


def unmet(sentence: str, *records: Placed) -> Finding:
    return Finding("unmet", sentence, _versions(records))


def not_applicable(sentence: str, *records: Placed) -> Finding:
    return Finding("not-applicable", sentence, _versions(records))


def undetermined(sentence: str, *records: Placed) -> Finding:
    return Finding("undetermined", sentence, _versions(records))


def nothing(context: EvaluationContext, sentence: str) -> Finding:
    """The finding for an empty set: unmet for significant and major changes, else not applicable."""
    return Finding("unmet" if context.strict else "not-applicable", sentence)


Check = Callable[[EvaluationContext], Finding]
C = TypeVar("C", bound=Check)


@dataclass(frozen=True)
class Control:
    """A named check with its question, objective, risk and source.

    `warrant` is the source, `met_by` names the roles that can meet the control, `met_with` the commands.
    """

    name: str
    question: str
    objective: Objective
    risk: str
    warrant: str
    met_by: tuple[str, ...]
    met_with: tuple[str, ...]
    check: Check


_controls: dict[str, Control] = {}


def control(
    name: str,
    *,
    question: str,
    objective: Objective,
    risk: str,
    warrant: str,
    by: tuple[str, ...],
    use: tuple[str, ...],
) -> Callable[[C], C]:
    """Register a check as the control. `warrant` is its source: the rule and page of MOF, or the standard."""

    def register(check: C) -> C:
        if name in _controls:
            raise TypeError(f"two controls are called {name!r}")
        _controls[name] = Control(name, question, objective, risk, warrant, by, use, check)
        return check

    return register


def controls() -> Mapping[str, Control]:
    """All registered controls, by name."""
    return dict(_controls)
