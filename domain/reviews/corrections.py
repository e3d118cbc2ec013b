"""Corrections: a fact is set right by another fact, and the decisions that rested on it are named."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import orjson
from pydantic import Field, ValidationError

from domain.command import CommandContext, DecidedEvent, Rejected, in_role
from domain.controls.evaluation import digest_of
from domain.event import Event, Recorded, only
from domain.lifecycle import SupportingFunction
from domain.planning.change_requests import ChangeRequestDecided, ChangeRequestRaised
from domain.planning.rfc import RfcSubmitted
from domain.planning.rfc_decision import RfcDecided
from domain.reviews.breaches import BreachRecorded, breaches_of
from domain.state.authority import acting_as
from domain.state.gates import Correction, Decision
from domain.state.project import Project, ProjectCommand, ProjectEvent, ProjectFact, fold
from domain.values import LONGEST_TEXT, EventId, Fact, Key, Moment, Text, Version


class FieldCorrected(Fact):
    """One field set right; `was` and `now` are JSON values as text, left out where the field is absent.

    What was too long for a text is there as the digest of its JSON; the corrected event still holds it.
    """

    name: Key
    was: Text | None = None
    now: Text | None = None


class FactCorrected(ProjectEvent, kind="fact.corrected/1", function=SupportingFunction.REVIEW):
    """A fact was wrong: what is right now, or that it never was; nothing is obscured (21 CFR 11.10(e))."""

    event: EventId
    corrects: Version
    retracts: bool = False
    fields: tuple[FieldCorrected, ...] = ()
    happened: Moment | None = None
    touches: tuple[EventId, ...] = ()

    def evolve(self, project: Project, recorded: Recorded) -> None:
        known = project.facts.at(self.corrects)
        if known:
            instead = self.corrected(known, recorded.data)
            project.facts.correct(self.corrects, instead, recorded.who, recorded.version)
        if self.touches:
            project.gates.corrections.append(Correction(recorded.version, set(self.touches)))

    def corrected(self, known: Recorded, data: bytes) -> Recorded | None:
        """The record as it stands from now on, None where it is retracted; `data` are the correction's own bytes.

        With them the evidence is another, so that whoever signed on what was wrong looks again.
        """
        if self.retracts:
            return None
        event = corrected_event(known.event, self.fields)
        return replace(known, event=event, time=self.happened or known.time, data=data)


def corrected_event(event: Event, fields: tuple[FieldCorrected, ...]) -> Event:
    values = event.model_dump(mode="json")
    for field in fields:
        values[field.name] = None if field.now is None else orjson.loads(str(field.now))
    return type(event).model_validate(values)


class NewValue(Fact):
    """What a field is in truth: a JSON value as text, left out where the field is to be absent."""

    name: Key
    now: Text | None = None


class CorrectFact(ProjectCommand, function=SupportingFunction.REVIEW):
    """Set a fact right, or take it back; by who recorded it or the policy's role. Permissions are reversed instead.

    What bytes something is of is taken back and told anew, never corrected: tests and approvals were of those bytes.
    A request that was decided is not corrected either: it is put again, and decided again as it is then.
    """

    version: Version
    retracts: bool = False
    fields: Annotated[tuple[NewValue, ...], Field(max_length=50)] = ()
    happened: Moment | None = None
    reason: Text

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        known = _reported(state, self.version)
        role = self._acting_role(state, known, context)
        _undecided(state, known)
        if self.retracts == bool(self.fields or self.happened):
            raise Rejected("retracts: either take the fact back, or name the fields that change or when it happened")
        if self.happened and self.happened > context.now:
            raise Rejected(f"happened: {self.happened:%Y-%m-%d %H:%M} UTC lies in the future")
        corrected = FactCorrected(
            event=known.id,
            corrects=self.version,
            retracts=self.retracts,
            fields=self._fields(known),
            happened=self.happened,
            touches=tuple(decision.id for decision in resting_on(state, known)),
            reason=self.reason,
        )
        instead = corrected.corrected(known, known.data)
        if instead == known:
            return
        if fact := only(ProjectFact, instead) if instead else None:
            _makes_sense(state, known, fact.event, context)
        yield DecidedEvent(corrected, role)
        if instead and known.event.checked_at and not _breached(state, known):
            yield from in_role(role, breaches_of(state, known.event.checked_at, context))

    def _acting_role(self, project: Project, known: Recorded[ProjectFact], context: CommandContext) -> str | None:
        if context.who == known.who:
            return context.role
        roles = context.policy.authorities_for("correct", project.column)
        return acting_as(project, context, roles, f"to correct what {known.who} recorded")

    def _fields(self, known: Recorded[ProjectFact]) -> tuple[FieldCorrected, ...]:
        values = known.event.model_dump(mode="json", exclude_none=True)
        part = getattr(known.event, "part_field", "")
        found: list[FieldCorrected] = []
        for field in self.fields:
            of_bytes = "digest" in field.name or field.name == "candidate"
            if field.name not in type(known.event).model_fields or field.name == part or of_bytes:
                raise Rejected(f"fields: {known.event.kind} has no field {field.name} that can be corrected")
            was = _short(orjson.dumps(values[field.name]).decode()) if field.name in values else None
            found.append(FieldCorrected(name=field.name, was=was, now=field.now))
        try:
            corrected_event(known.event, tuple(found))
        except (orjson.JSONDecodeError, ValidationError) as error:
            raise Rejected(f"fields: the corrected fact would be nonsense: {error}") from error
        return tuple(found)


def _short(json: str) -> str:
    return json if len(json) <= LONGEST_TEXT else digest_of([json])


def _reported(project: Project, version: int) -> Recorded[ProjectFact]:
    """The fact that stands there, if it was reported. Raises `Rejected` for consents and what the service reckoned."""
    found = project.facts.at(version)
    known = only(ProjectFact, found) if found else None
    if known is None or not known.event.reported_as:
        raise Rejected(
            f"version: no fact stands at {version} that was reported; decisions and sign-offs are reversed, "
            "consents given anew, not corrected"
        )
    return known


def _undecided(project: Project, known: Recorded[ProjectFact]) -> None:
    event = known.event
    answers = project.facts.parts(RfcDecided).values() if isinstance(event, RfcSubmitted) else ()
    if isinstance(event, RfcSubmitted) and any(a.event.rfc == event.rfc and a.version > known.version for a in answers):
        raise Rejected(f"version: request {event.rfc} was decided as it stands: submit it anew, to be decided anew")
    if isinstance(event, ChangeRequestRaised) and project.facts.latest(ChangeRequestDecided, event.request):
        raise Rejected(f"version: {event.request} was decided as it stands: raise another change request")


def _makes_sense(project: Project, known: Recorded[ProjectFact], fact: ProjectFact, c: CommandContext) -> None:
    """Raise `Rejected` where the corrected fact would be about another part, or nonsense if it were told now."""
    part = fact.part_field
    if part and getattr(known.event, part) != getattr(fact, part):
        raise Rejected(f"fields: this would make it a fact about another {part}: take it back, and tell the other")
    with project.facts.without(known.version):
        fact.check(project, c)


def _breached(project: Project, known: Recorded[ProjectFact]) -> bool:
    """Whether this broke a rule already as it was told, or isn't the newest of its kind, which alone is looked at."""
    newest = project.facts.newest(type(known.event))
    breach = project.facts.latest(BreachRecorded, str(known.event.checked_at))
    told = breach is not None and breach.event.version == known.version
    return told or newest is None or newest.version != known.version


def resting_on(project: Project, known: Recorded) -> list[Decision]:
    """The standing approvals that looked at this fact."""
    looked_at = set(known.event.evidence_for if isinstance(known.event, ProjectFact) else ())
    return [
        decision
        for decision in project.gates.decisions.values()
        if decision.approved
        and not decision.reversed
        and known.version < decision.version
        and (known.version in decision.rests_on or looked_at.intersection(decision.gates))
    ]


def surviving(history: Iterable[Recorded]) -> list[Recorded]:
    """What is held to have happened: facts as corrected, without those taken back, and no corrections."""
    standing: dict[int, Recorded] = {}
    for recorded in history:
        correction = recorded.event
        if not isinstance(correction, FactCorrected):
            standing[recorded.version] = recorded
        elif known := standing.pop(correction.corrects, None):
            corrected = correction.corrected(known, recorded.data)
            if corrected:
                standing[correction.corrects] = corrected
    return list(standing.values())


def as_it_was(history: Iterable[Recorded], moment: datetime) -> Project:
    """The project as it was at a moment, by all known today: surviving facts up to then, by time and version."""
    happened = [recorded for recorded in surviving(history) if recorded.time <= moment]
    return fold(sorted(happened, key=lambda recorded: (recorded.time, recorded.version)))
