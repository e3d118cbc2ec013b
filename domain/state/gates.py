"""The gates: what was put before whom, who signed what, what was decided, and what is still owed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from domain.lifecycle import Basis, Gate
from domain.values import Count, Digest, EventId, Fact, Key, Name, Role


class Required(Fact):
    """Someone who has to sign: a role, and where a party is named that party alone; `rule` is the policy's wording.

    `seat` tells several of one role apart: a member of a body (`cab:*`) by name, or further members by a number.
    """

    role: Role
    party: Key | None = None
    seat: Key | None = None
    rule: Name


class Evidence(Fact):
    """All facts of one kind that a review looks at: how many, and one digest over their stored bytes."""

    item: Name
    count: Count
    digest: Digest
    newest: EventId


@dataclass
class Signoff:
    """What one person said in one role, on which evidence, by which assignment.

    `evidence` is the digest of all that was looked at, `own` of what the role answers for.
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
    answers: str = ""  # the digest of what was answered
    own: str | None = None
    carried: bool = False


W = TypeVar("W")
Said = Callable[[W], tuple[str, str]]
"""Gives the person and the verdict of a word."""


def newest_words(said: Said[W], words: Iterable[W]) -> dict[str, W]:
    """The newest word of each person who spoke in one place, the newest last; without those taken back."""
    newest: dict[str, W] = {}
    for word in words:
        newest.pop(said(word)[0], None)
        newest[said(word)[0]] = word
    return {person: word for person, word in newest.items() if said(word)[1] != "withdrawn"}


def counting(said: Said[W], words: Iterable[W]) -> W | None:
    """The one of all words in a place that counts: the newest, but a no-go stands until who said it says otherwise."""
    newest = list(newest_words(said, words).values())
    against = [word for word in newest if said(word)[1] == "no-go"]
    return next(reversed(against or newest), None)


def _said(word: Signoff) -> tuple[str, str]:
    return word.person, word.verdict


@dataclass
class Review:
    """One attempt at one gate or several adjacent ones; open until it has an outcome."""

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
    refused: str | None = None  # digest of the results that were refused last

    @property
    def open(self) -> bool:
        return self.outcome is None

    def words(self, required: Required) -> dict[str, Signoff]:
        """The newest word of each person who spoke in a place, the newest last; without those taken back."""
        return newest_words(_said, self._at(required))

    def given(self, required: Required) -> Signoff | None:
        """What whoever had to sign says: the newest word, but a no-go stands until who said it says otherwise."""
        return counting(_said, self._at(required))

    def _at(self, required: Required) -> list[Signoff]:
        asked = required.role, required.party, required.seat
        return [word for word in self.signoffs if (word.role, word.party, word.seat) == asked]


@dataclass
class Decision:
    """What was decided, by whom, on which versions; approved or not, reversed or not."""

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
        """Whether it still counts in this column of the policy: a standing approval covers standard changes alone."""
        return self.basis != "standing" or column == "standard"

    def covers(self, digest: str, moment: datetime) -> bool:
        """Whether it had been reached for these bytes, or for no certain ones, and held then."""
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
class Debt:
    """What a gate was passed without: a control that is to be met by then."""

    control: str
    gate: Gate
    due: datetime
    version: int


@dataclass(frozen=True)
class Wanted:
    """What was asked for and nobody has decided yet."""

    by: str
    until: datetime


@dataclass
class Waiver:
    """A control that may stay unmet at a gate. A renewal that is `wanted` leaves the grant that holds as it is."""

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
    wanted: Wanted | None = None


@dataclass
class Correction:
    """A fact that decisions had rested on was corrected; they are to be confirmed or reversed."""

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
    debts: list[Debt] = field(default_factory=list[Debt])
    waivers: dict[str, Waiver] = field(default_factory=dict[str, Waiver])
    corrections: list[Correction] = field(default_factory=list[Correction])
    breaches: int = 0
    lost: set[Gate] = field(default_factory=set[Gate])

    def passed(self, gate: Gate) -> Milestone | None:
        return self.portfolio if gate is Gate.PORTFOLIO else self.milestones.get(gate)

    def last(self) -> Milestone | None:
        """The gate passed last, in the order of the gates."""
        return next((passed for gate in reversed(Gate) if (passed := self.passed(gate))), None)

    def open_review(self, gate: Gate) -> Review | None:
        return next((review for review in self.reviews.values() if review.open and gate in review.gates), None)
