"""What the Deliver Phase is for and each control guards: MOF's seven goals, and objectives with their risks."""

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
    """One objective of the phase, the goal it comes from where it has one, and the risks to it (mof.md §8)."""

    name: str
    statement: str
    goal: Goal | None
    risks: tuple[str, ...]


NEEDS = Objective(
    "needs", "Needs are captured before planning", Goal.G1,
    ("the wrong problem is solved", "the scope is unclear", "a stakeholder is missing"),
)  # fmt: skip
SPECIFICATION = Objective(
    "specification", "Specification and design match the requirements", Goal.G2,
    ("features can't be traced to needs", "rework comes late"),
)  # fmt: skip
PLAN = Objective(
    "plan", "Plan, cost and schedule are realistic", Goal.G3,
    ("the project overruns", "the dates are wishes"),
)  # fmt: skip
BUILD = Objective(
    "build", "What is built is what was specified", Goal.G4,
    ("scope creeps", "features are incomplete", "what is built doesn't conform"),
)  # fmt: skip
QUALITY = Objective(
    "quality", "The release has the highest quality", Goal.G5,
    ("defects escape", "pilot or roll-back were never tried"),
)  # fmt: skip
STABILITY = Objective(
    "stability", "Production stays stable", Goal.G6,
    ("a deployment fails", "the service is out", "a change is made without authority"),
)  # fmt: skip
READINESS = Objective(
    "readiness", "Operations and support are ready", Goal.G7,
    ("nobody can support the service",),
)  # fmt: skip
VALUE = Objective(
    "value", "Value is realised and the phase is effective", None,
    ("there is no benefit", "gates don't work"),
)  # fmt: skip
COMPLIANCE = Objective(
    "compliance", "The phase itself keeps its rules", None,
    ("a gate is bypassed", "people approve their own work", "evidence is lost"),
)  # fmt: skip

OBJECTIVES = (NEEDS, SPECIFICATION, PLAN, BUILD, QUALITY, STABILITY, READINESS, VALUE, COMPLIANCE)
