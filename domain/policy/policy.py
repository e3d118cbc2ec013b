"""Policy as versioned data: severity of controls, sign-offs, deciders and times."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field, model_validator

from domain.lifecycle import Act, Column, Gate
from domain.values import Count, Decimal, Fact, Key, Name, Permille, Role, Whole

Severity = Literal["block", "standing", "defer", "warn", "record"]
Applies = Literal["new", "open-at-next-gate"]
Point = Annotated[Gate | Act, Field(union_mode="left_to_right")]
GateOrRfc = Annotated[Gate | Literal["rfc"], Field(union_mode="left_to_right")]
T = TypeVar("T")


STRICT: tuple[Column, ...] = ("significant", "major")
"""The columns in which empty sets are unmet, nobody signs in two conflicting roles, and signers may abstain."""


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
    """The severity of one control, and where it is checked; `due_within` in working days."""

    control: Key
    at: tuple[Point, ...]
    severity: ByColumn[Severity]
    waivable: bool = True
    unwaivable_in: tuple[Column, ...] = ()
    due_within: Count = 5


class GateRule(Fact):
    """Sign-offs, voting and deciders at one gate (or for the RFC) in one column.

    `required` names roles; `team:*` is every team role assigned, `stakeholder:*` every stakeholder class required at
    the gate, `cab:*` every holder of that role, `a|b` either role, `a?` the role where it is assigned.
    Required roles must sign go. In a body (`cab:*`), `quorum` is the share that must have voted, `majority` the share
    of go votes, both in thousandths, and `minimum` the least number of go votes; `minimum_at_stake` replaces it if
    data or money can be lost. A no-go of a role in `no_go_stands` can't be overridden. A gate is decided by one of
    `decided_by`, the RFC by all of them in their order. In a body, and in the columns of `STRICT`, an abstention counts
    only for the quorum; otherwise, and for a recused person, a deputy must sign.
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
    """Adjacent gates that one review may decide together in one column, with the RFC if it is named."""

    name: Key
    column: Column
    gates: tuple[GateOrRfc, ...]


class Times(Fact):
    """Time limits in one column: days are calendar days unless named working days.

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
    """The roles that may do one act; nobody may if a column names none."""

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
    """Whether one person may hold both roles (MSF Team Model): U is unlikely, N not recommended."""

    roles: tuple[Role, Role]
    verdict: Literal["U", "N"]


class TemplateLimits(Fact):
    """Limits of templates: validity in days, uses, and failure rate (thousandths of the last uses)."""

    valid_days: Count = 365
    uses: Count = 50
    failure_rate: Permille = 50
    failures_counted_over: Count = 20


Question = Literal["services", "users", "downtime", "effort", "money", "experience", "reversibility", "data"]
"""The questions about a change that determine its category."""


class CategoryRule(Fact):
    """The category by answers from 0 to 3: by their sum, or by a 3 in a decisive answer."""

    questions: tuple[Question, ...]
    decisive: tuple[Question, ...]
    significant_from: Count
    major_from: Count


class Threshold(Fact):
    """The good and bad values of an indicator, for the score of a phase; `to-one` is good up to `good_most`."""

    indicator: Key
    good: Decimal
    good_most: Decimal | None = None
    bad: Decimal
    unit: Literal["percent", "working-days", "hours", "ratio", "count"]
    better: Literal["up", "down", "to-one"]


class DisciplineTerms(Fact):
    """A management discipline: its names of the gates and its interim milestones (MOF 4.0, mof.md §7)."""

    discipline: Key
    title: Name
    labels: tuple[tuple[Gate, Name], ...] = ()
    interim_milestones: tuple[Key, ...] = ()
    iterates: bool = False


class Calendar(Fact):
    """Working days and time zone. Weekdays are numbered from 1, Monday (ISO 8601)."""

    zone: Name = "UTC"
    working_days: tuple[Annotated[Whole, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
    fiscal_year_starts_in: Annotated[Whole, Field(ge=1, le=12)] = 1
    currency: Name = "EUR"


class Policy(Fact):
    """The policy of an organisation for its projects. A project keeps its policy until an event moves it.

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
                raise ValueError(f"the policy has more than one rule for the {what} {', '.join(sorted(twice))}")
        return self

    @property
    def label(self) -> str:
        """The policy's name and version, as events refer to it: `default/1`."""
        return f"{self.name}/{self.version}"

    def control(self, name: str) -> ControlRule | None:
        return next((rule for rule in self.controls if rule.control == name), None)

    def gate(self, gate: GateOrRfc, column: Column) -> GateRule | None:
        return next((rule for rule in self.gates if rule.gate == gate and rule.column == column), None)

    def may_decide_together(self, gates: tuple[Gate, ...], column: Column) -> bool:
        """Whether one review may decide these gates: always one gate, several if the policy joins them."""
        joint = (rule.gates for rule in self.joint_reviews if rule.column == column)
        return len(gates) == 1 or any(set(gates) <= set(named) for named in joint)

    def combination(self, one: Role, other: Role) -> Literal["U", "N"] | None:
        """The verdict on one person holding both roles; None if they are compatible."""
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
