"""The Deliver Phase of MOF 4.0: its five functions, the milestones between them, and how changes are told apart."""

from collections.abc import Collection
from enum import StrEnum
from typing import Literal, NamedTuple


class Phase(StrEnum):
    """The five service management functions, in their order (MOF 4.0, Deliver Phase Overview)."""

    ENVISION = "envision"
    PLANNING = "planning"
    BUILD = "build"
    STABILIZE = "stabilize"
    DEPLOY = "deploy"


class SupportingFunction(StrEnum):
    """What surrounds the five functions: how a project enters, how it is governed, and how it is recorded."""

    PORTFOLIO = "portfolio"
    REVIEW = "review"
    POLICY = "policy"
    IMPORT = "import"
    LOG = "log"


Function = Phase | SupportingFunction
"""What each event and each command declares that it belongs to."""


class Gate(StrEnum):
    """What a management review decides: entry to Deliver, then the milestone that ends each phase."""

    PORTFOLIO = "portfolio"
    ENVISIONED = "envisioned"
    PLAN_APPROVED = "plan-approved"
    BUILD_COMPLETED = "build-completed"
    RELEASE_READY = "release-ready"
    DEPLOYED = "deployed"


class Act(StrEnum):
    """What is checked although no review decides it: permissions, and facts that may break a rule."""

    LOWERING = "lowering"
    RFC = "rfc"
    PILOT = "pilot"
    AUTHORIZATION = "authorization"
    EARLY_CORE = "early-core"
    DEPLOYMENT = "deployment"


Point = Gate | Act

GATES = tuple(Gate)
MILESTONES = GATES[1:]
ENDS = dict(zip(MILESTONES, Phase, strict=True))
"""The phase that each milestone ends."""

Category = Literal["standard", "minor", "significant", "major"]
Priority = Literal["low", "medium", "high", "emergency"]
Column = Literal["standard", "minor", "significant", "major", "emergency"]
ProjectKind = Literal["it_service", "infrastructure", "packaged_product", "change"]
Basis = Literal["reviewed", "standing", "observed", "inferred"]

CATEGORIES: tuple[Category, ...] = ("standard", "minor", "significant", "major")


def column_of(category: Category, priority: Priority) -> Column:
    """The column of the policy that holds: emergency replaces the category's."""
    return "emergency" if priority == "emergency" else category


def gates_before(gate: Gate) -> tuple[Gate, ...]:
    return GATES[: GATES.index(gate)]


def phase_after(gate: Gate | None) -> Phase | None:
    """The phase that a project is in once this gate is passed; None once it is deployed."""
    if gate is None or gate is Gate.PORTFOLIO:
        return Phase.ENVISION
    following = list(Phase)[MILESTONES.index(gate) + 1 :]
    return following[0] if following else None


class ProjectState(StrEnum):
    """Whether a project goes on. Deployed and cancelled projects are over."""

    ACTIVE = "active"
    HELD = "held"
    DEPLOYED = "deployed"
    CANCELLED = "cancelled"


class ProjectStatus(NamedTuple):
    """Where a project is: its state, its phase, the last gate that it passed and the next one.

    A deployed project has no phase. A cancelled one has the phase in which it ended, and no next gate.
    """

    state: ProjectState
    phase: Phase | None
    last_gate: Gate | None
    next_gate: Gate | None


def project_status(
    passed: Collection[Gate], *, held: bool = False, cancelled: bool = False, imported: bool = False
) -> ProjectStatus:
    """The status of a project that has passed these gates. Every list, page, answer and figure takes it from here.

    The next gate is the first that is not passed: an emergency change may pass earlier gates later. A source does not
    know every gate, so in an imported history the next gate is the one after the last.
    """
    last = next((gate for gate in reversed(GATES) if gate in passed), None)
    candidates = GATES[GATES.index(last) + 1 :] if last and imported else GATES
    following = next((gate for gate in candidates if gate not in passed), None)
    return ProjectStatus(_state(last, held, cancelled), phase_after(last), last, None if cancelled else following)


def _state(last: Gate | None, held: bool, cancelled: bool) -> ProjectState:
    if cancelled:
        return ProjectState.CANCELLED
    if held:
        return ProjectState.HELD
    return ProjectState.DEPLOYED if last is Gate.DEPLOYED else ProjectState.ACTIVE
