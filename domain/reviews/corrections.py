"""Corrections: a fact is set right by another fact, and the decisions that rested on it are named."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import orjson
from pydantic import Field, ValidationError

from domain.command import Circumstances, Decided, Rejected
from domain.event import Event, Recorded
from domain.state.authority import acting_as
from domain.state.gates import Correction, Decision
from domain.state.project import Project, ProjectCommand, ProjectEvent, ProjectFact, fold
from domain.values import EventId, Fact, Key, Moment, Text, Version


class FieldCorrected(Fact):
    """One field set right; `was` and `now` are JSON values as text, left out where the field is absent."""

    name: Key
    was: Text | None = None
    now: Text | None = None


class FactCorrected(ProjectEvent, kind="fact.corrected/1"):
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
            project.facts.correct(self.corrects, self.corrected(known, recorded.data))
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


class CorrectFact(ProjectCommand):
    """Set a fact right, or take it back; by who recorded it or the policy's role. Permissions are reversed instead."""

    version: Version
    retracts: bool = False
    fields: Annotated[tuple[NewValue, ...], Field(max_length=50)] = ()
    happened: Moment | None = None
    reason: Text

    def decide(self, state: Project, circumstances: Circumstances) -> Iterator[Decided]:
        known = state.facts.at(self.version)
        if known is None or not isinstance(known.event, ProjectFact):
            raise Rejected(
                f"version: no fact stands at {self.version}; decisions and sign-offs are reversed, not corrected"
            )
        self._may(state, known, circumstances)
        if self.retracts == bool(self.fields or self.happened):
            raise Rejected("retracts: either take the fact back, or name the fields that change or when it happened")
        if self.happened and self.happened > circumstances.now:
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
        if self.retracts or corrected.corrected(known, known.data) != known:
            yield corrected

    def _may(self, project: Project, known: Recorded, circumstances: Circumstances) -> None:
        if circumstances.who != known.who:
            roles = circumstances.policy.authorities_for("correct", project.column)
            acting_as(project, circumstances, roles, f"to correct what {known.who} recorded")

    def _fields(self, known: Recorded) -> tuple[FieldCorrected, ...]:
        values = known.event.model_dump(mode="json", exclude_none=True)
        part = getattr(known.event, "part_field", "")
        found: list[FieldCorrected] = []
        for field in self.fields:
            if field.name not in type(known.event).model_fields or field.name == part:
                raise Rejected(f"fields: {known.event.kind} has no field {field.name} that can be corrected")
            was = orjson.dumps(values[field.name]).decode() if field.name in values else None
            found.append(FieldCorrected(name=field.name, was=was, now=field.now))
        try:
            corrected_event(known.event, tuple(found))
        except (orjson.JSONDecodeError, ValidationError) as error:
            raise Rejected(f"fields: the corrected fact would be nonsense: {error}") from error
        return tuple(found)


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
