"""Corrections: an event corrects an earlier fact and names the decisions that rest on it."""

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
    """One corrected field; `previous` and `new` are JSON values as text, left out where the field is absent.

    A value too long for a text is given by the digest of its JSON; the corrected event still contains it.
    """

    name: Key
    previous: Text | None = None
    new: Text | None = None


class FactCorrected(ProjectEvent, kind="fact.corrected/1", function=SupportingFunction.REVIEW):
    """A fact was corrected or retracted; the original stays readable (21 CFR 11.10(e))."""

    event: EventId
    corrects: Version
    retracts: bool = False
    fields: tuple[FieldCorrected, ...] = ()
    occurred_at: Moment | None = None
    affected_decisions: tuple[EventId, ...] = ()

    def evolve(self, project: Project, recorded: Recorded) -> None:
        known = project.facts.at(self.corrects)
        if known:
            instead = self.corrected(known, recorded.data)
            project.facts.correct(self.corrects, instead, recorded.who, recorded.version)
        if self.affected_decisions:
            project.gates.corrections.append(Correction(recorded.version, set(self.affected_decisions)))

    def corrected(self, known: Recorded, data: bytes) -> Recorded | None:
        """The corrected record, None if it is retracted; `data` are the correction's own bytes.

        They change the digest of the evidence, so that sign-offs on the incorrect fact are no longer current.
        """
        if self.retracts:
            return None
        event = corrected_event(known.event, self.fields)
        return replace(known, event=event, time=self.occurred_at or known.time, data=data)


def corrected_event(event: Event, fields: tuple[FieldCorrected, ...]) -> Event:
    values = event.model_dump(mode="json")
    for field in fields:
        values[field.name] = None if field.new is None else orjson.loads(str(field.new))
    return type(event).model_validate(values)


class NewValue(Fact):
    """The correct value of a field: a JSON value as text, left out where the field is to be absent."""

    name: Key
    new: Text | None = None


class CorrectFact(ProjectCommand, function=SupportingFunction.REVIEW):
    """Correct or retract a fact, as its author or in the policy's role. Permissions are reversed instead.

    A digest is never corrected, since tests and approvals refer to it: retract the fact and report it again.
    A decided request is not corrected either: submit it again for a new decision.
    """

    version: Version
    retracts: bool = False
    fields: Annotated[tuple[NewValue, ...], Field(max_length=50)] = ()
    occurred_at: Moment | None = None
    reason: Text

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        known = _reported(state, self.version)
        role = self._acting_role(state, known, context)
        _undecided(state, known)
        if self.retracts == bool(self.fields or self.occurred_at):
            raise Rejected("retracts: give either retracts = true, or the fields or the time to correct")
        if self.occurred_at and self.occurred_at > context.now:
            raise Rejected(f"occurred_at: {self.occurred_at:%Y-%m-%d %H:%M} UTC is in the future; give a past moment")
        corrected = FactCorrected(
            event=known.id,
            corrects=self.version,
            retracts=self.retracts,
            fields=self._fields(known),
            occurred_at=self.occurred_at,
            affected_decisions=tuple(decision.id for decision in resting_on(state, known)),
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
        return acting_as(project, context, roles, f"correct a fact that {known.who} recorded")

    def _fields(self, known: Recorded[ProjectFact]) -> tuple[FieldCorrected, ...]:
        values = known.event.model_dump(mode="json", exclude_none=True)
        part = getattr(known.event, "part_field", "")
        found: list[FieldCorrected] = []
        for field in self.fields:
            of_bytes = "digest" in field.name or field.name == "candidate"
            if field.name not in type(known.event).model_fields or field.name == part or of_bytes:
                raise Rejected(
                    f"fields: {known.event.kind} has no correctable field {field.name}; "
                    "retract the fact and report it again instead"
                )
            was = _short(orjson.dumps(values[field.name]).decode()) if field.name in values else None
            found.append(FieldCorrected(name=field.name, previous=was, new=field.new))
        try:
            corrected_event(known.event, tuple(found))
        except (orjson.JSONDecodeError, ValidationError) as error:
            raise Rejected(f"fields: the corrected fact would be invalid: {error}") from error
        return tuple(found)


def _short(json: str) -> str:
    return json if len(json) <= LONGEST_TEXT else digest_of([json])


def _reported(project: Project, version: int) -> Recorded[ProjectFact]:
    """The reported fact at a version. Raises `Rejected` for consents and for events that the service derives."""
    found = project.facts.at(version)
    known = only(ProjectFact, found) if found else None
    if known is None or not known.event.reported_as:
        raise Rejected(
            f"version: there is no reported fact at version {version}; only reported facts can be corrected (reverse a "
            "decision or give a sign-off again instead)"
        )
    return known


def _undecided(project: Project, known: Recorded[ProjectFact]) -> None:
    event = known.event
    answers = project.facts.parts(RfcDecided).values() if isinstance(event, RfcSubmitted) else ()
    if isinstance(event, RfcSubmitted) and any(a.event.rfc == event.rfc and a.version > known.version for a in answers):
        raise Rejected(
            f"version: request for change {event.rfc} is already decided; submit it again for a new decision"
        )
    if isinstance(event, ChangeRequestRaised) and project.facts.latest(ChangeRequestDecided, event.request):
        raise Rejected(f"version: change request {event.request} is already decided; raise another change request")


def _makes_sense(project: Project, known: Recorded[ProjectFact], fact: ProjectFact, c: CommandContext) -> None:
    """Raise `Rejected` if the corrected fact is about another part, or would be rejected if it were reported now."""
    part = fact.part_field
    if part and getattr(known.event, part) != getattr(fact, part):
        raise Rejected(f"fields: a correction can't change the {part}; retract the fact and report it again")
    with project.facts.without(known.version):
        fact.check(project, c)


def _breached(project: Project, known: Recorded[ProjectFact]) -> bool:
    """Whether the original fact already caused a breach, or is not the newest of its kind (only that is checked)."""
    newest = project.facts.newest(type(known.event))
    breach = project.facts.latest(BreachRecorded, str(known.event.checked_at))
    told = breach is not None and breach.event.version == known.version
    return told or newest is None or newest.version != known.version


def resting_on(project: Project, known: Recorded) -> list[Decision]:
    """The standing approvals that rest on this fact."""
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
    """The surviving facts: as corrected, without retracted ones and without the corrections."""
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
    """The project as at a moment, by what is known today: the surviving facts up to then, by time and version."""
    happened = [recorded for recorded in surviving(history) if recorded.time <= moment]
    return fold(sorted(happened, key=lambda recorded: (recorded.time, recorded.version)))
