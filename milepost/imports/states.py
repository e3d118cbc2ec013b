"""States: the words that say how far a project is, and what follows when one takes the place of another."""

from collections.abc import Iterator
from collections.abc import Mapping as Values
from datetime import datetime

from domain.event import TimeQuality
from domain.imports.observations import (
    CancellationSeen,
    Effect,
    FactSeen,
    HoldSeen,
    MilestoneSeen,
    ReturnSeen,
    ReversalSeen,
)
from domain.imports.observe import Observation
from domain.lifecycle import Gate, Phase
from domain.planning.interim_milestones import InterimMilestoneReached
from domain.portfolio.coverage import CoverageStated, SourceAnswer
from domain.portfolio.notes import SourceNoted
from domain.stabilize.pilot import PilotDecided
from milepost.imports.lines import Value
from milepost.imports.mapping import Back, InForce, Mapping, Word
from milepost.imports.project_history import Change, Past


def told_states(
    mapping: Mapping,
    at: datetime,
    quality: TimeQuality,
    past: Past,
    before: Values[str, Value],
    changes: Values[str, Change],
) -> Iterator[Observation]:
    """What follows from the words of a unit: first what is lost, then the milestones in the order of their gates.

    All of a unit happened at one moment, so a gate that it passes is judged after the gates before it.
    """
    for change in changes.values():
        if back := change.rule.way_back(change.was, change.becomes):
            yield _back(back, _effect(back, mapping, at, before))
        known = change.rule.word(str(change.was))
        if known and known.holds:
            yield HoldSeen()
    words = {name: word for name, change in changes.items() if (word := change.rule.word(str(change.becomes)))}
    came = [(words[name], change) for name, change in changes.items() if name in words]
    reached = [word for word, change in came if word.reaches and _counts(word, change.was)]
    for word in sorted(reached, key=lambda word: list(Gate).index(word.reaches or Gate.PORTFOLIO)):
        yield from _milestone(word, mapping, quality, past)
    for word, change in came:
        yield from _other(word, change, past)


def _counts(word: Word, was: Value) -> bool:
    return word.after is None or (was or "") in word.after


def _back(back: Back, cause: Effect) -> Observation:
    if back.returns:
        return ReturnSeen(to_phase=back.returns, cause=cause)
    return ReversalSeen(gate=back.reverses or Gate.DEPLOYED, cause=cause)


def _effect(back: Back, mapping: Mapping, at: datetime, before: Values[str, Value]) -> Effect:
    """Whether the release that was aimed at before had come out when the project went back."""
    target = next((value for name in back.target if (value := before.get(name))), None)
    if not isinstance(target, str):
        return "undetermined"
    day = mapping.targets.released.get(target)
    return "rolled-back" if day and day <= at.date() else "withdrawn-before-effect"


def _milestone(word: Word, mapping: Mapping, quality: TimeQuality, past: Past) -> Iterator[Observation]:
    if word.reaches is None:
        return
    if word.pilot:
        past.came[word.pilot] += 1
        yield FactSeen.of(PilotDecided(run=f"{word.pilot}-{past.came[word.pilot]}", outcome="deploy"))
    yield MilestoneSeen(gate=word.reaches, stated=tuple(_stated(word, word.reaches, mapping, quality, past)))


def _stated(word: Word, gate: Gate, mapping: Mapping, quality: TimeQuality, past: Past) -> Iterator[CoverageStated]:
    for rule in mapping.in_force:
        if gate in rule.gates:
            answer, because = _in_force(rule, gate, mapping, quality, past)
            yield CoverageStated(subject=rule.control, gate=gate, answer=answer, explanation=because)
    for said in word.states:
        if all((past.values.get(name) or "") in allowed for name, allowed in said.when.items()):
            yield CoverageStated(subject=said.subject, gate=said.gate, answer=said.answer, explanation=said.explanation)


def _in_force(
    rule: InForce, gate: Gate, mapping: Mapping, quality: TimeQuality, past: Past
) -> tuple[SourceAnswer, str]:
    """Whether a rule held for what a gate is passed for, and why that can or can't be told."""
    named = rule.gates[gate]
    place = named if named in past.values else rule.otherwise or named
    target = past.values.get(place)
    if not isinstance(target, str):
        unread = "can't be read" if place in past.values else "isn't told"
        return "undetermined", f"the target release {unread}, so nobody knows whether the rule was in force"
    if mapping.order(target) < mapping.order(rule.since):
        return "not-applicable", f"for {target}; the rule is in force for targets from {rule.since} on"
    if quality != "exact":
        return "undetermined", "the source tells only the latest moment at which this gate can have been passed"
    return "in-force", f"for {target}, and the rule is in force from {rule.since} on"


def _other(word: Word, change: Change, past: Past) -> Iterator[Observation]:
    field, says = change.line.field, str(change.becomes)
    if word.internal_release:
        past.came[word.internal_release] += 1
        yield FactSeen.of(
            InterimMilestoneReached(
                milestone=f"internal-release-{word.internal_release}",
                phase=Phase.BUILD,
                n=past.came[word.internal_release],
                reason="planned: the source names what the work now aims at",
            )
        )
    if word.holds:
        yield HoldSeen(cause=word.holds)
    if word.cancels:
        yield CancellationSeen(cause=word.cancels, topic=field, text=says)
    if word.noted:
        yield FactSeen.of(SourceNoted(topic=field, text=says))
