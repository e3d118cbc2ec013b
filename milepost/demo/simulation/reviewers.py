"""Signing in a simulated review: who has to, by the policy's wording, and how each gives their word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.lifecycle import Gate
from domain.policy.policy import GateRule
from domain.reviews.signoffs import GiveSignoff, Meaning, Verdict
from milepost.demo.simulation.life import Life, Steps
from milepost.demo.simulation.office import DAY, WEEK

SMALL = "small and known"
AWAY = 0.03
"""How likely it is that whoever has to sign is not there for weeks."""


@dataclass(frozen=True)
class Signer:
    """Somebody who has to sign, in which role, for which party; or who votes in a body."""

    person: str
    role: str
    party: str | None = None
    votes: bool = False


@dataclass(frozen=True)
class SimulatedReview:
    """One attempt at some gates of a life: its id, and by whom it is signed and decided."""

    life: Life
    id: str
    gates: tuple[Gate, ...]

    @property
    def rules(self) -> list[GateRule]:
        return [rule for gate in self.gates if (rule := self.life.policy.gate(gate, self.life.column))]

    @property
    def by_act(self) -> bool:
        """Whether it takes an act of its own to decide it, and not only the last word."""
        return self.rules[-1].mode == "act"

    @property
    def decider(self) -> Signer:
        role = self.rules[-1].decided_by[0]
        return Signer(self.life.who(role), role)

    @property
    def signers(self) -> list[Signer]:
        """Everyone whose word the policy asks for, each once."""
        asked = ((rule.gate, wording) for rule in self.rules for wording in rule.required)
        return list(dict.fromkeys(signer for gate, wording in asked for signer in _named(self.life, wording, gate)))

    @property
    def others(self) -> list[Signer]:
        """Those who sign and don't decide."""
        return [signer for signer in self.signers if signer != self.decider]

    @property
    def overridable(self) -> list[Signer]:
        """Those over whose no the decider may go on."""
        if any(rule.no_go != "overridable" for rule in self.rules):
            return []
        stands = {role for rule in self.rules for role in rule.no_go_stands}
        return [s for s in self.others if not (s.votes or s.party or s.role in stands)]

    def in_turn(self, signers: Iterable[Signer]) -> list[Signer]:
        """The same people, as they come to it."""
        waiting = list(signers)
        return self.life.chance.sample(waiting, len(waiting))

    def sign(self, signer: Signer, verdict: Verdict = "go", reason: str | None = SMALL) -> Steps:
        accepts = signer.role in ("customer", "requester") and Gate.DEPLOYED in self.gates
        meaning: Meaning = "acceptance" if accepts else "approval"
        word = GiveSignoff(
            review=self.id, role=signer.role, party=signer.party, verdict=verdict, meaning=meaning, reason=reason
        )
        hours = self.life.hours(0.4 * DAY) if signer == self.decider else self._until_signed()
        self.life.words[signer.role] = yield self.life.act(signer.role, word, who=signer.person, hours=hours)

    def _until_signed(self) -> float:
        typical = 2 * WEEK if self.life.happens(AWAY) else 3 * DAY / len(self.signers)
        return self.life.hours(typical, 0.9)

    def sign_all(self, against: Signer | None = None, objection: str = "") -> Steps:
        """Everyone who doesn't decide says go, but one; in a body that votes by majority there may be another."""
        dissenter = next((s for s in self.signers if s.votes and self._may_lose()), None)
        for signer in self.in_turn(self.others):
            if signer == against:
                yield from self.sign(signer, "no-go", objection)
            elif signer == dissenter:
                yield from self.sign(signer, "no-go", "other projects are worth more")
            else:
                yield from self.sign(signer, reason=None if self.by_act else SMALL)

    def _may_lose(self) -> bool:
        return self.life.column == "significant" and self.life.happens(0.2)

    def last_word(self) -> Steps:
        """The decider signs, where they have to."""
        if self.decider in self.signers:
            yield from self.sign(self.decider)


def _named(life: Life, wording: str, gate: str) -> Iterator[Signer]:
    if wording == "team:*":
        yield from (Signer(life.who(role), role) for role in life.policy.team_roles if role in life.team)
    elif wording == "stakeholder:*":
        parties = life.stakeholders if gate == Gate.ENVISIONED else ()
        yield from (Signer(life.who("stakeholder"), "stakeholder", party) for party in parties)
    elif wording.endswith(":*"):
        body = wording.removesuffix(":*")
        yield from (Signer(person, body, votes=True) for person in life.team[body])
    else:
        held = [role for role in wording.removesuffix("?").split("|") if role in life.team]
        yield from (Signer(life.who(role), role) for role in held[:1])
