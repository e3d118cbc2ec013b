"""The team: who holds which role, since when, granted by whom."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Assignment:
    """One person in one role, from the moment it was recorded (or a later one) until it ends."""

    id: str
    person: str
    role: str
    version: int
    since: datetime
    granted_by: str
    granted_as: str | None
    until: datetime | None = None
    deputy_for: str | None = None
    released: datetime | None = None

    @property
    def ends(self) -> datetime | None:
        """When it ended or will: as it was granted, or earlier where it was released."""
        return min((end for end in (self.released, self.until) if end), default=None)

    def holds(self, now: datetime) -> bool:
        return self.since <= now and (self.ends is None or now < self.ends)


@dataclass
class Team:
    assignments: dict[str, Assignment] = field(default_factory=dict[str, Assignment])

    def now(self, now: datetime) -> Iterator[Assignment]:
        return (assignment for assignment in self.assignments.values() if assignment.holds(now))

    def holders(self, role: str, now: datetime) -> list[Assignment]:
        return [assignment for assignment in self.now(now) if assignment.role == role]

    def members(self, role: str, now: datetime) -> list[str]:
        """Who sits in a body: everyone who holds its role, without deputies beside whom they stand in for."""
        held = self.holders(role, now)
        sitting = [a for a in held if a.deputy_for not in {other.id for other in held}]
        return list(dict.fromkeys(a.person for a in sitting))

    def roles_of(self, person: str, now: datetime) -> set[str]:
        return {assignment.role for assignment in self.now(now) if assignment.person == person}

    def assignment(self, person: str, role: str | None, now: datetime) -> Assignment | None:
        """What lets this person act in this role now; the newest where there are several."""
        held = [a for a in self.now(now) if a.person == person and a.role == role]
        return held[-1] if held else None
