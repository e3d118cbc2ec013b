"""The team: role assignments with their periods and grantors."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Assignment:
    """One person in one role, from its recording (or later) until it ends."""

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
    party: str | None = None  # the unit that the person represents in this role

    @property
    def ends(self) -> datetime | None:
        """When it ended or will end: as granted, or earlier if it was released."""
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
        """The members of a body: everyone who holds its role, without deputies of other members."""
        held = self.holders(role, now)
        sitting = [a for a in held if a.deputy_for not in {other.id for other in held}]
        return list(dict.fromkeys(a.person for a in sitting))

    def roles_of(self, person: str, now: datetime) -> set[str]:
        return {assignment.role for assignment in self.now(now) if assignment.person == person}

    def speaking_for(self, party: str | None, person: str, role: str, now: datetime) -> Assignment | None:
        """The assignment that lets this person act in this role for a party now; the newest of several."""
        held = [a for a in self.holders(role, now) if a.person == person and self.speaks_for(party, a)]
        return held[-1] if held else None

    def speaks_for(self, party: str | None, held: Assignment) -> bool:
        """Whether the holder of an assignment represents a party: as the party, by assignment, or as a deputy."""
        stands_in_for = self.assignments.get(held.deputy_for or "")
        named = party in (None, held.person, held.party)
        return named or (stands_in_for is not None and self.speaks_for(party, stands_in_for))

    def assignment(self, person: str, role: str | None, now: datetime) -> Assignment | None:
        """The assignment that lets this person act in this role now; the newest of several."""
        held = [a for a in self.assignments.values() if a.person == person and a.role == role and a.holds(now)]
        return held[-1] if held else None
