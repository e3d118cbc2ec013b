"""Goals and objectives of the Deliver Phase: MOF's seven goals, and objectives with their risks."""

from dataclasses import dataclass
from enum import StrEnum


class Goal(StrEnum):
    """The seven goals of the phase (MOF 4.0, Deliver Phase Overview)."""

    G1 = "capture business needs and requirements before a solution is planned"
    G2 = "prepare a functional specification and a solution design"
    G3 = "develop work plans, cost estimates and schedules"
    G4 = "build to the customer's specification, complete and ready for external testing"
    G5 = "release the highest quality by thorough testing and piloting of release candidates"
    G6 = "deploy a stable solution and stabilize it in production"
    G7 = "prepare operations and support to run and serve it"


@dataclass(frozen=True)
class Objective:
    """One objective of the phase, its goal if it has one, and its risks (mof.md §8)."""

    name: str
    statement: str
    goal: Goal | None
    risks: tuple[str, ...]


NEEDS = Objective(
    "needs", "Needs are captured before planning", Goal.G1,
    ("the solution does not meet the need", "the scope is unclear", "a stakeholder is missing"),
)  # fmt: skip
SPECIFICATION = Objective(
    "specification", "Specification and design match the requirements", Goal.G2,
    ("features can't be traced to requirements", "rework is needed late"),
)  # fmt: skip
PLAN = Objective(
    "plan", "Plan, cost and schedule are realistic", Goal.G3,
    ("the project exceeds time or budget", "the dates are not realistic"),
)  # fmt: skip
BUILD = Objective(
    "build", "What is built is what was specified", Goal.G4,
    ("the scope grows without control", "features are incomplete", "the build does not conform to the specification"),
)  # fmt: skip
QUALITY = Objective(
    "quality", "The release has the highest quality", Goal.G5,
    ("defects reach production", "pilot or rollback is not tested"),
)  # fmt: skip
STABILITY = Objective(
    "stability", "Production stays stable", Goal.G6,
    ("a deployment fails", "the service has an outage", "a change is made without authorization"),
)  # fmt: skip
READINESS = Objective(
    "readiness", "Operations and support are ready", Goal.G7,
    ("nobody can support the service",),
)  # fmt: skip
VALUE = Objective(
    "value", "Value is realised and the phase is effective", None,
    ("the expected benefit does not occur", "gates are not effective"),
)  # fmt: skip
COMPLIANCE = Objective(
    "compliance", "The phase itself keeps its rules", None,
    ("a gate is bypassed", "people approve their own work", "evidence is lost"),
)  # fmt: skip

OBJECTIVES = (NEEDS, SPECIFICATION, PLAN, BUILD, QUALITY, STABILITY, READINESS, VALUE, COMPLIANCE)
