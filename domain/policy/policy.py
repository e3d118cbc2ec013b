"""Policy: how strict each control is, who signs, who decides, and how long things may take. Data, versioned."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field, model_validator

from domain.lifecycle import Act, Column, Gate
from domain.values import Count, Decimal, Fact, Key, Name, Permille, Role, Whole

Severity = Literal["block", "standing", "owe", "warn", "record"]
Applies = Literal["new", "open-at-next-gate"]
Point = Annotated[Gate | Act, Field(union_mode="left_to_right")]
GateOrRfc = Annotated[Gate | Literal["rfc"], Field(union_mode="left_to_right")]
T = TypeVar("T")


STRICT: tuple[Column, ...] = ("significant", "major")
"""Where nothing over nothing is not met, nobody speaks for two opposed roles, and whoever is asked may abstain."""


class ByColumn(Fact, Generic[T]):
    """One value for each column of the policy; a column left out has none."""

    standard: T | None = None
    minor: T | None = None
    significant: T | None = None
    major: T | None = None
    emergency: T | None = None

    def of(self, column: Column) -> T | None:
        value: T | None = getattr(self, column)
        return value


class ControlRule(Fact):
    """How strict one control is, and where it is checked; `owed_within` in working days."""

    control: Key
    at: tuple[Point, ...]
    severity: ByColumn[Severity]
    waivable: bool = True
    unwaivable_in: tuple[Column, ...] = ()
    owed_within: Count = 5


class GateRule(Fact):
    """Who signs at one gate (or for the RFC) in one column, by which logic, and who decides.

    `required` names roles; `team:*` is every team role assigned, `stakeholder:*` every stakeholder class required at
    the gate, `cab:*` every holder of that role, `a|b` either role, `a?` the role where it is assigned.
    Who is required must say go; of a body (`cab:*`) `quorum` is the share that must have voted, `majority` the share
    of its votes that must be for go, both in thousandths, and `minimum` how many votes for go there must be at least;
    `minimum_at_stake` takes its place where data or money can be lost. A no-go of a role in `no_go_stands` can't be
    overridden where others can. A gate is decided by one of `decided_by`, the RFC by all of them in their order.
    In a body, and in the columns of `STRICT`, an abstention counts for the quorum and neither way; else, and for who
    is recused, a deputy has to sign.
    """

    gate: GateOrRfc
    column: Column
    required: tuple[Name, ...] = ()
    minimum: Count = 0
    minimum_at_stake: Count | None = None
    quorum: Permille = 1000
    majority: Permille = 1000
    decided_by: tuple[Role, ...]
    mode: Literal["act", "last-signoff", "standing"] = "act"
    no_go: Literal["final", "overridable", "recorded"] = "final"
    no_go_stands: tuple[Role, ...] = ()
    expires_hours: Count | None = None


class JointReview(Fact):
    """Adjacent gates that one review may decide together in one column, the RFC among them where it is named."""

    name: Key
    column: Column
    gates: tuple[GateOrRfc, ...]


class Times(Fact):
    """How long things may take in one column: days are calendar days unless they are called working days.

    The quiet period is a number of working days, or a share (thousandths) of the stabilization within its limits.
    """

    column: Column
    quiet_working_days: Count = 0
    quiet_share: Permille = 0
    quiet_days_least: Count = 0
    quiet_days_most: Count = 0
    plan_looked_at_again_days: Count | None = None
    condition_days: Count | None = None
    review_reminder_working_days: Count | None = None
    review_overdue_working_days: Count | None = None
    review_reminder_hours: Count | None = None
    review_overdue_hours: Count | None = None
    late_fact_days: Count = 1


class WaiverRule(Fact):
    """Who may waive in one column, for how many days, and how often it may be renewed."""

    column: Column
    granted_by: tuple[Role, ...]
    longest_days: Count
    renewals: Count = 0


class AuthorityRule(Fact):
    """Which roles may do one act; where none is named for a column, nobody may."""

    act: Literal[
        "classify",
        "lower",
        "decide-change-request",
        "assign-role",
        "assign-signing-role",
        "reverse",
        "correct",
        "move-policy",
        "hold",
        "cancel",
    ]
    roles: ByColumn[tuple[Role, ...]]


class Combination(Fact):
    """What it means that one person holds both roles (MSF Team Model): unlikely, or not recommended."""

    roles: tuple[Role, Role]
    verdict: Literal["U", "N"]


class TemplateLimits(Fact):
    """How long a template holds, how often it may be used, and fail (thousandths of its last uses)."""

    valid_days: Count = 365
    uses: Count = 50
    failure_rate: Permille = 50
    failures_counted_over: Count = 20


Question = Literal["services", "users", "downtime", "effort", "money", "experience", "reversibility", "data"]
"""What is asked about a change, to find out how much rigour it needs."""


class CategoryRule(Fact):
    """How answers from 0 to 3 make a category: a sum from `significant` or `major` on, or a 3 in a decisive answer."""

    questions: tuple[Question, ...]
    decisive: tuple[Question, ...]
    significant_from: Count
    major_from: Count


class Threshold(Fact):
    """What a good and a bad value of an indicator are, for the score of a phase; `to-one` is good up to `good_most`."""

    indicator: Key
    good: Decimal
    good_most: Decimal | None = None
    bad: Decimal
    unit: Literal["percent", "working-days", "hours", "ratio", "count"]
    better: Literal["up", "down", "to-one"]


class DisciplineTerms(Fact):
    """A management discipline: what it calls each gate and which interim milestones it knows (MOF 4.0, mof.md §7)."""

    discipline: Key
    title: Name
    labels: tuple[tuple[Gate, Name], ...] = ()
    interim_milestones: tuple[Key, ...] = ()
    iterates: bool = False


class Calendar(Fact):
    """Which days are worked, in which zone. Weekdays are numbered from 1, Monday (ISO 8601)."""

    zone: Name = "UTC"
    working_days: tuple[Annotated[Whole, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
    fiscal_year_starts_in: Annotated[Whole, Field(ge=1, le=12)] = 1
    currency: Name = "EUR"


class Policy(Fact):
    """The rules that an organisation holds its projects to. Pinned by a project until an event moves it.

    `keepers` are the roles that adopt a policy and register templates of standard changes.
    """

    name: Key
    version: Count
    controls: tuple[ControlRule, ...]
    gates: tuple[GateRule, ...]
    joint_reviews: tuple[JointReview, ...] = ()
    times: tuple[Times, ...] = ()
    waivers: tuple[WaiverRule, ...] = ()
    authorities: tuple[AuthorityRule, ...] = ()
    roles: tuple[Role, ...] = ()
    team_roles: tuple[Role, ...] = ()
    keepers: tuple[Role, ...] = ()
    combinations: tuple[Combination, ...] = ()
    templates: TemplateLimits = TemplateLimits()
    category: CategoryRule | None = None
    blocking_severities: tuple[Key, ...] = ()
    subplans: ByColumn[tuple[Key, ...]] = ByColumn[tuple[Key, ...]]()
    readiness_items: ByColumn[tuple[Key, ...]] = ByColumn[tuple[Key, ...]]()
    disciplines: tuple[DisciplineTerms, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    calendar: Calendar = Calendar()
    observed_only: bool = False

    @model_validator(mode="after")
    def _names_each_rule_once(self) -> "Policy":
        named: dict[str, list[object]] = {
            "control": [rule.control for rule in self.controls],
            "gate": [(rule.gate, rule.column) for rule in self.gates],
            "time": [rule.column for rule in self.times],
            "authority": [rule.act for rule in self.authorities],
            "discipline": [rule.discipline for rule in self.disciplines],
        }
        for what, names in named.items():
            twice = {str(name) for name in names if names.count(name) > 1}
            if twice:
                raise ValueError(f"the policy has two rules for the {what} {', '.join(sorted(twice))}")
        return self

    @property
    def label(self) -> str:
        """How events name the policy that they were made under: `default/1`."""
        return f"{self.name}/{self.version}"

    def control(self, name: str) -> ControlRule | None:
        return next((rule for rule in self.controls if rule.control == name), None)

    def gate(self, gate: GateOrRfc, column: Column) -> GateRule | None:
        return next((rule for rule in self.gates if rule.gate == gate and rule.column == column), None)

    def may_decide_together(self, gates: tuple[Gate, ...], column: Column) -> bool:
        """Whether one review may decide these gates: one alone always, several where they are named together."""
        joint = (rule.gates for rule in self.joint_reviews if rule.column == column)
        return len(gates) == 1 or any(set(gates) <= set(named) for named in joint)

    def combination(self, one: Role, other: Role) -> Literal["U", "N"] | None:
        """What it means that one person holds both roles; None where nothing speaks against it."""
        for rule in self.combinations:
            if set(rule.roles) == {one, other}:
                return rule.verdict
        return None

    def times_of(self, column: Column) -> Times:
        return next((rule for rule in self.times if rule.column == column), Times(column=column))

    def waiver(self, column: Column) -> WaiverRule | None:
        return next((rule for rule in self.waivers if rule.column == column), None)

    def authorities_for(self, act: str, column: Column) -> tuple[Role, ...]:
        rule = next((rule for rule in self.authorities if rule.act == act), None)
        return (rule.roles.of(column) if rule else None) or ()
