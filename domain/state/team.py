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

    def holds(self, now: datetime) -> bool:
        ended = self.released or self.until
        return self.since <= now and (ended is None or now < ended)


@dataclass
class Team:
    assignments: dict[str, Assignment] = field(default_factory=dict[str, Assignment])

    def now(self, now: datetime) -> Iterator[Assignment]:
        return (assignment for assignment in self.assignments.values() if assignment.holds(now))

    def holders(self, role: str, now: datetime) -> list[Assignment]:
        return [assignment for assignment in self.now(now) if assignment.role == role]

    def roles_of(self, person: str, now: datetime) -> set[str]:
        return {assignment.role for assignment in self.now(now) if assignment.person == person}

    def assignment(self, person: str, role: str | None, now: datetime) -> Assignment | None:
        """What lets this person act in this role now; the newest where there are several."""
        held = [a for a in self.now(now) if a.person == person and a.role == role]
        return held[-1] if held else None
