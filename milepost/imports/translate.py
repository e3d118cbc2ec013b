"""Telling: what the lines of a unit say, in the words of the domain, given what their project said before."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.event import TimeQuality
from domain.imports.observations import (
    CohortSeen,
    FactSeen,
    ProposalSeen,
    RoleSeen,
    ScheduleSeen,
    SignoffSeen,
    TitleSeen,
)
from domain.imports.observe import Observation, Observe
from domain.lifecycle import Gate
from domain.planning.features import FeaturePlanned
from domain.planning.schedule import MilestoneDue
from domain.portfolio.links import ProjectLinked
from domain.portfolio.notes import SourceNoted
from milepost.imports.lines import SourceLine, Value
from milepost.imports.mapping import FieldRule, Mapping
from milepost.imports.project_history import Change, Past
from milepost.imports.pseudonyms import People
from milepost.imports.report import ImportReport
from milepost.imports.source_values import RefusedValue, meant
from milepost.imports.states import told_states
from milepost.imports.units import Unit

_UNFIT = re.compile(r"[^a-z0-9._-]+")
_NOT_NEEDED = {
    "began": "tells how well the first moment is known",
    "aim": "counts only for a gate that has no target of its own",
}


@dataclass
class Teller:
    """Reads the units of one file in order, and remembers each project between them."""

    mapping: Mapping
    people: People
    account: ImportReport
    _pasts: dict[str, Past] = field(default_factory=dict[str, Past])

    def tell(self, unit: Unit) -> Observe | None:
        """What a unit says; None where nothing follows from it. Its lines are accounted for as far as is known now."""
        past = self._pasts.setdefault(unit.key, Past())
        before = dict(past.values)
        changes = self._changes(unit, past)
        quality = self._quality(unit, past)
        said = tuple(self._said(unit, past, before, changes, quality))
        past.seen = True
        return Observe(quality=quality, said=said) if said else None

    def _changes(self, unit: Unit, past: Past) -> dict[str, Change]:
        lines = self._chosen(unit, past)
        changes: dict[str, Change] = {}
        for name, rule in self.mapping.fields.items():
            change = self._change(lines.pop(name), rule, past) if name in lines else None
            if change:
                changes[name] = change
        for name, line in lines.items():
            self.account.settle("refused", f"field {name[:60]!r} is not in the mapping", line.number)
        return changes

    def _chosen(self, unit: Unit, past: Past) -> dict[str, SourceLine]:
        """Of each field one line: where there are several, none if the value before the unit is among them."""
        by_field: dict[str, list[SourceLine]] = {}
        for line in unit.lines:
            by_field.setdefault(line.field, []).append(line)
        chosen: dict[str, SourceLine] = {}
        for name, lines in by_field.items():
            before = past.values.get(name) if lines[0].was is None else lines[0].was
            stays = len(lines) > 1 and any(line.becomes == before for line in lines)
            if not stays:
                chosen[name] = lines[-1]
            reason = f"{name} changes {len(lines)} times in this unit: it {'stays' if stays else 'is the last'}"
            self.account.settle("no_effect", reason, *(line.number for line in lines if line != chosen.get(name)))
        return chosen

    def _change(self, line: SourceLine, rule: FieldRule, past: Past) -> Change | None:
        if rule.means == "skip":
            self.account.settle("skipped", f"{line.field}: {rule.because}", line.number)
            return None
        if line.field not in past.values and line.was is not None:
            past.values[line.field] = self._before(line, rule)
        was = past.values.get(line.field)
        try:
            becomes = meant(line.becomes, rule, line.field, self.mapping)
        except RefusedValue as refused:
            self.account.settle("refused", str(refused), line.number)
            if rule.means in ("target", "aim"):
                past.values[line.field] = None
            return None
        if not _noted(becomes, rule):
            past.values[line.field] = becomes
        if becomes == was:
            self.account.settle("no_effect", f"{line.field}: says what was known already", line.number)
            return None
        if rule.means in _NOT_NEEDED:
            self.account.settle("no_effect", f"{line.field}: {_NOT_NEEDED[rule.means]}", line.number)
        return Change(line, rule, was, becomes)

    def _before(self, line: SourceLine, rule: FieldRule) -> Value:
        """What the line itself says that the field was, where the file begins later."""
        try:
            return meant(line.was, rule, line.field, self.mapping)
        except RefusedValue:
            return None

    def _quality(self, unit: Unit, past: Past) -> TimeQuality:
        time = self.mapping.time
        if time.together is not None and unit.together >= time.together:
            return "at-latest"
        if past.seen or time.began is None:
            return "exact"
        began = past.values.get(time.began)
        known = date.fromisoformat(began) if isinstance(began, str) else None
        late = known is None or unit.at.date() - known > timedelta(days=time.late_after_days)
        return "at-latest" if late or any(line.was is not None for line in unit.lines) else "exact"

    def _said(
        self, unit: Unit, past: Past, before: dict[str, Value], changes: dict[str, Change], quality: TimeQuality
    ) -> Iterator[Observation]:
        if not past.seen:
            yield self._proposal(unit, past)
        for name, change in changes.items():
            yield from self._simple(name, change, past)
        if any(change.rule.means == "target" for change in changes.values()):
            yield from self._schedule(past)
        for change in changes.values():
            if change.rule.means == "signoff":
                yield from self._signoff(change)
        yield from told_states(self.mapping, unit.at, quality, past, before, self._of(changes, "state"))

    def _of(self, changes: dict[str, Change], means: str) -> dict[str, Change]:
        return {name: change for name, change in changes.items() if change.rule.means == means}

    def _proposal(self, unit: Unit, past: Past) -> ProposalSeen:
        project = self.mapping.project
        said = {rule.means: past.values.get(name) for name, rule in self.mapping.fields.items()}
        title, service = said.get("title"), said.get("service")
        return ProposalSeen(
            title=title if isinstance(title, str) else unit.key,
            project_kind=project.kind,
            service=service if isinstance(service, str) else project.service,
            customer=project.customer,
            portfolio=project.portfolio,
            requester=project.requester,
            external_ref=unit.lines[0].project,
        )

    def _simple(self, name: str, change: Change, past: Past) -> Iterator[Observation]:
        match change.rule.means:
            case "title" if past.seen and isinstance(change.becomes, str):
                yield TitleSeen(title=change.becomes)
            case "service" if past.seen and isinstance(change.becomes, str):
                yield CohortSeen(attribute="service", new=change.becomes)
            case "role":
                yield from self._roles(change)
            case "features":
                for feature in self._added(change):
                    key = _UNFIT.sub("-", feature.lower()).strip("-._")[:63]
                    yield FactSeen.of(FeaturePlanned(feature=key, title=feature))
            case "link" if change.rule.relation:
                for to in self._added(change):
                    yield FactSeen.of(ProjectLinked(relation=change.rule.relation, to=to))
            case "note":
                yield FactSeen.of(SourceNoted(topic=name, text=", ".join(_items(change.becomes))))
            case _:
                return

    def _added(self, change: Change) -> list[str]:
        """What a list says that it didn't say before; where nothing, that is told of the line."""
        added = [item for item in dict.fromkeys(_items(change.becomes)) if item not in _items(change.was)]
        if not added:
            reason = f"{change.line.field}: nothing is added; what is planned or linked once stays on record"
            self.account.settle("no_effect", reason, change.line.number)
        return added

    def _roles(self, change: Change) -> Iterator[Observation]:
        was, becomes = (
            {self._person(name, change.line): None for name in _items(v)} for v in (change.was, change.becomes)
        )
        role = change.rule.role
        for people, others, held in ((was, becomes, False), (becomes, was, True)):
            for person in people:
                if role and person and person not in others:
                    yield RoleSeen(person=person, role=role, held=held)
        if was.keys() == becomes.keys():
            reason = f"{change.line.field}: names the same people otherwise"
            self.account.settle("no_effect", reason, change.line.number)

    def _person(self, name: str, line: SourceLine) -> str | None:
        if not self.mapping.people_pattern.fullmatch(name):
            self.account.remark(f"{line.field}: not a name as the source's people have", line.number)
        return self.people.id_of(name)

    def _signoff(self, change: Change) -> Iterator[Observation]:
        rule = change.rule
        person = self._person(", ".join(_items(change.becomes)), change.line)
        if person and rule.gate and rule.role:
            yield SignoffSeen(gate=rule.gate, role=rule.role, person=person)
        else:
            self.account.settle("no_effect", f"{change.line.field}: names nobody", change.line.number)

    def _schedule(self, past: Past) -> Iterator[Observation]:
        released = self.mapping.targets.released
        due: dict[Gate, MilestoneDue] = {}
        for name, rule in self.mapping.fields.items():
            target = past.values.get(name)
            if rule.means == "target" and rule.gate and isinstance(target, str):
                due[rule.gate] = MilestoneDue(gate=rule.gate, day=released.get(target), release=target)
        if due:
            yield ScheduleSeen(milestones=tuple(due[gate] for gate in Gate if gate in due))


def _noted(value: Value, rule: FieldRule) -> bool:
    """Whether a word is only noted, so that the field goes on saying what it said before."""
    word = rule.word(value) if isinstance(value, str) else None
    return word is not None and word.noted


def _items(value: Value) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else value
