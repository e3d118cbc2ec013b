"""The rulebook: the state of a policy's stream with its versions, templates and freezes."""

from abc import abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from domain.event import Event, Recorded
from domain.lifecycle import SupportingFunction
from domain.policy.policy import Applies, Policy


@dataclass
class Use:
    """One use of a template by a project, and its outcome so far."""

    project: str
    at: datetime
    outcome: str | None = None


@dataclass
class Template:
    """A registered standard change: its limits and its uses."""

    id: str
    version: int
    service: str
    registered_at: datetime
    valid_until: datetime
    event: str
    checks: tuple[str, ...]
    allowed: int
    failure_rate: int
    per_month: int | None = None
    uses: list[Use] = field(default_factory=list[Use])
    suspended: str | None = None

    def unusable(self, now: datetime, counted_over: int) -> str | None:
        """Why the template can't be used, if so; `counted_over` is the number of last uses for the failure rate."""
        recent = [use for use in self.uses if use.outcome][-counted_over:]
        failed = sum(use.outcome == "failed" for use in recent)
        this_month = sum((use.at.year, use.at.month) == (now.year, now.month) for use in self.uses)
        if self.suspended:
            return f"it is suspended ({self.suspended})"
        if now >= self.valid_until:
            return f"it expired on {self.valid_until:%Y-%m-%d}"
        if len(self.uses) >= self.allowed:
            return f"all its {self.allowed} allowed uses are used"
        if self.per_month is not None and this_month >= self.per_month:
            return f"all its {self.per_month} allowed uses of this month are used"
        if failed * 1000 > self.failure_rate * len(recent):
            return f"{failed} of its last {len(recent)} uses failed"
        return None


@dataclass
class Freeze:
    """A period without deployments; for all services if none is named."""

    id: str
    services: tuple[str, ...]
    since: datetime
    until: datetime
    lifted: bool = False

    def holds(self, service: str, now: datetime) -> bool:
        return not self.lifted and self.since <= now < self.until and (not self.services or service in self.services)


@dataclass(frozen=True)
class Proposed:
    """A proposed policy, and its proposer."""

    policy: Policy
    by: str


@dataclass
class Rulebook:
    version: int = 0
    policies: dict[str, Policy] = field(default_factory=dict[str, Policy])
    applies: dict[str, Applies] = field(default_factory=dict[str, Applies])
    proposed: dict[str, Proposed] = field(default_factory=dict[str, Proposed])
    current: str = ""
    templates: dict[str, Template] = field(default_factory=dict[str, Template])
    freezes: dict[str, Freeze] = field(default_factory=dict[str, Freeze])

    def policy(self, label: str | None) -> Policy:
        """The policy with this label (`default/1`), or the policy in force if there is none."""
        return self.policies[label or self.current]

    @property
    def held_to(self) -> str | None:
        return None

    def moves_open(self, label: str | None) -> Policy | None:
        """The newer policy that open projects under this one move to at their next gate, if any."""
        newer = [policy for name, policy in self.policies.items() if self.applies.get(name) == "open-at-next-gate"]
        held_to = self.policies.get(label or "")
        last = max(newer, key=lambda policy: policy.version, default=None)
        return last if last and held_to and last.version > held_to.version else None

    def assignment(self, who: str, role: str | None, now: datetime) -> str | None:
        return None

    def apply(self, recorded: Recorded) -> None:
        if not isinstance(recorded.event, PolicyEvent):
            raise TypeError(f"{recorded.event.kind} is no event of a policy's stream")
        recorded.event.evolve(self, recorded)
        self.version = recorded.version


class PolicyEvent(Event, function=SupportingFunction.POLICY):
    """An event of a policy's stream; `evolve` applies it to the state."""

    belongs_to: ClassVar[str] = "policy"

    @abstractmethod
    def evolve(self, rulebook: Rulebook, recorded: Recorded) -> None: ...
