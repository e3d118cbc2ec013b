"""The state of the gates: reviews, sign-offs, decisions, milestones, conditions, deferrals and waivers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from domain.lifecycle import Basis, Gate
from domain.values import Count, Digest, EventId, Fact, Key, Name, Role


class Required(Fact):
    """A required sign-off: a role and, where given, the one party that it represents; `rule` is the policy's text.

    `seat` distinguishes several sign-offs of one role: a member of a body (`cab:*`) by name, further ones by number.
    """

    role: Role
    party: Key | None = None
    seat: Key | None = None
    rule: Name


class Evidence(Fact):
    """All facts of one kind that a review examines: their number, and one digest over their stored bytes."""

    item: Name
    count: Count
    digest: Digest
    newest: EventId


@dataclass
class Signoff:
    """A sign-off of one person in one role, on which evidence, by which assignment.

    `evidence` is the digest of all examined evidence, `own` that of the evidence the role is responsible for.
    """

    id: str
    version: int
    role: str
    party: str | None
    person: str
    verdict: str
    meaning: str
    assignment: str | None
    evidence: str
    auth: str
    at: datetime
    seat: str | None = None
    answers: str = ""  # the digest of the answers
    own: str | None = None
    carried: bool = False


S = TypeVar("S")
PersonAndVerdict = Callable[[S], tuple[str, str]]
"""Gives the person and the verdict of a sign-off."""


def newest_by_person(read: PersonAndVerdict[S], signoffs: Iterable[S]) -> dict[str, S]:
    """The newest sign-off of each person, the newest last; withdrawn sign-offs are left out."""
    newest: dict[str, S] = {}
    for signoff in signoffs:
        newest.pop(read(signoff)[0], None)
        newest[read(signoff)[0]] = signoff
    return {person: signoff for person, signoff in newest.items() if read(signoff)[1] != "withdrawn"}


def effective_signoff(read: PersonAndVerdict[S], signoffs: Iterable[S]) -> S | None:
    """The sign-off that counts for one required place: the newest, but a no-go counts until its signer replaces it."""
    newest = list(newest_by_person(read, signoffs).values())
    against = [signoff for signoff in newest if read(signoff)[1] == "no-go"]
    return next(reversed(against or newest), None)


def _person_and_verdict(signoff: Signoff) -> tuple[str, str]:
    return signoff.person, signoff.verdict


@dataclass
class Review:
    """One attempt at one gate or several adjacent gates; open until it has an outcome."""

    id: str
    gates: tuple[Gate, ...]
    attempt: int
    version: int
    called_at: datetime
    called_by: str
    required: tuple[Required, ...]
    evidence: tuple[Evidence, ...]
    decided_by: tuple[str, ...]
    due: datetime | None = None
    column: str | None = None
    signoffs: list[Signoff] = field(default_factory=list[Signoff])
    outcome: str | None = None
    refused: str | None = None  # digest of the results of the last refusal

    @property
    def open(self) -> bool:
        return self.outcome is None

    def newest_by_person(self, required: Required) -> dict[str, Signoff]:
        """The newest sign-off of each person for a required place, the newest last; without withdrawn ones."""
        return newest_by_person(_person_and_verdict, self._at(required))

    def signoff_for(self, required: Required) -> Signoff | None:
        """The sign-off that counts for a place: the newest, but a no-go counts until its signer replaces it."""
        return effective_signoff(_person_and_verdict, self._at(required))

    def _at(self, required: Required) -> list[Signoff]:
        asked = required.role, required.party, required.seat
        return [signoff for signoff in self.signoffs if (signoff.role, signoff.party, signoff.seat) == asked]


@dataclass
class Decision:
    """A decision of a review: by whom, on which versions; approved or not, reversed or not."""

    id: str
    review: str
    gates: tuple[Gate, ...]
    version: int
    at: datetime
    by: str
    rests_on: frozenset[int]
    attempt: int
    approved: bool
    command: str = ""
    reversed: bool = False


@dataclass
class Milestone:
    gate: Gate
    version: int
    at: datetime
    basis: Basis
    decision: str | None
    valid_until: datetime | None = None
    candidate_digest: str | None = None
    command: str = ""

    def stands(self, column: str) -> bool:
        """Whether it counts in this column of the policy: a standing approval applies to standard changes only."""
        return self.basis != "standing" or column == "standard"

    def covers(self, digest: str, moment: datetime) -> bool:
        """Whether it was reached for this digest (or for no specific one) and was valid at a moment."""
        held = self.at <= moment and (self.valid_until is None or moment < self.valid_until)
        return held and self.candidate_digest in (None, digest)


@dataclass
class Condition:
    id: str
    text: str
    owner: str
    due: datetime
    gate: Gate | None
    set_in: int
    closed: bool = False


@dataclass
class Deferral:
    """A control that was unmet when a gate was passed, and that must be met by `due`."""

    control: str
    gate: Gate
    due: datetime
    version: int


@dataclass(frozen=True)
class PendingRequest:
    """A request for a waiver or its renewal that is not decided yet."""

    by: str
    until: datetime


@dataclass
class Waiver:
    """A control that may stay unmet at a gate. A `pending` renewal does not affect the current grant."""

    id: str
    control: str
    gate: Gate
    asked_by: str
    version: int
    until: datetime | None = None
    granted_by: str | None = None
    granted_as: str | None = None
    state: str = "asked"
    renewals: int = 0
    pending: PendingRequest | None = None


@dataclass
class Correction:
    """A corrected fact that decisions rest on; they must be confirmed or reversed."""

    version: int
    decisions: set[str]


@dataclass
class Gates:
    milestones: dict[Gate, Milestone] = field(default_factory=dict[Gate, Milestone])
    portfolio: Milestone | None = None
    attempts: dict[Gate, int] = field(default_factory=dict[Gate, int])
    reviews: dict[str, Review] = field(default_factory=dict[str, Review])
    signed: dict[Gate | None, list[Signoff]] = field(default_factory=dict[Gate | None, list[Signoff]])
    decisions: dict[str, Decision] = field(default_factory=dict[str, Decision])
    conditions: dict[str, Condition] = field(default_factory=dict[str, Condition])
    deferrals: list[Deferral] = field(default_factory=list[Deferral])
    waivers: dict[str, Waiver] = field(default_factory=dict[str, Waiver])
    corrections: list[Correction] = field(default_factory=list[Correction])
    breaches: int = 0
    lost: set[Gate] = field(default_factory=set[Gate])

    def passed(self, gate: Gate) -> Milestone | None:
        return self.portfolio if gate is Gate.PORTFOLIO else self.milestones.get(gate)

    def last(self) -> Milestone | None:
        """The last passed gate, in the order of the gates."""
        return next((passed for gate in reversed(Gate) if (passed := self.passed(gate))), None)

    def open_review(self, gate: Gate) -> Review | None:
        return next((review for review in self.reviews.values() if review.open and gate in review.gates), None)
