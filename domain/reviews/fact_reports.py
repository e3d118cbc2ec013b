"""Reports of facts: a fact is recorded together with the breaches that it causes."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar

from pydantic import create_model

from domain.command import CommandContext, DecidedEvent, Rejected, in_role
from domain.event import Event, catalogue
from domain.reviews.breaches import breaches_of
from domain.state.project import Project, ProjectCommand, ProjectFact
from domain.values import Moment

TOLD_AFTER_THE_END = ("incident.", "benefit.", "cost.")
"""Prefixes of the kinds of fact that can be reported of a cancelled project."""


class Report(ProjectCommand, listed=False):
    """Report a fact; `occurred_at` is when it occurred if not now: never in the future, and late only with a reason."""

    fact: ClassVar[type[ProjectFact]]
    names: ClassVar[tuple[str, ...]]
    occurred_at: Moment | None = None

    @property
    def told(self) -> ProjectFact:
        return self.fact(**{name: getattr(self, name) for name in self.names})

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        if not state.entry.proposed:
            raise Rejected("there is no project with this key; propose it first (propose-project)")
        told = self.told
        if state.entry.cancelled and not told.kind.startswith(TOLD_AFTER_THE_END):
            raise Rejected(
                "the project is cancelled; only incidents, benefits, costs and corrections can still be recorded"
            )
        told.check(state, context)
        if unchanged(state, told, context.who) and not told.asks_again(state, context):
            return
        now = DecidedEvent(told, context.role)
        yield now if self.occurred_at is None else at_its_time(state, told, self.occurred_at, context)
        if told.checked_at:
            yield from in_role(context.role, breaches_of(state, told.checked_at, context))


def unchanged(project: Project, told: ProjectFact, who: str) -> bool:
    """Whether the newest fact about this part of its subject is the same, so that a repeated report is ignored."""
    if told.repeatable:
        return False
    part = getattr(told, told.part_field) if told.part_field else ""
    subject = _subject(type(told))
    kinds = [kind for kind in project.facts.kinds() if _subject(kind) == subject]
    words = [word for kind in kinds if (word := project.facts.latest(kind, part))]
    last = max(words, key=lambda word: word.version, default=None)
    if last is None or last.event != told:
        return False
    tellings = project.facts.history(type(told), part) if told.per_person else []
    if told.per_person and not any(each.who == who for each in tellings if each.event == told):
        return False
    passed = project.gates.last()
    return not (told.renewed_per_gate and passed and last.version < passed.version)


@cache
def _subject(kind: type[Event]) -> str:
    """The subject of a kind of event: `risk` for `risk.assessed/1`."""
    return kind.kind.partition(".")[0]


def at_its_time(project: Project, told: ProjectFact, occurred_at: Moment, context: CommandContext) -> DecidedEvent:
    if occurred_at > context.now:
        raise Rejected(f"occurred_at: {occurred_at:%Y-%m-%d %H:%M} UTC is in the future; give a past moment")
    late = timedelta(days=context.policy.times_of(project.column).late_fact_days)
    if context.now - occurred_at > late and told.reason is None:
        raise Rejected(
            f"reason: this is recorded more than {late.days} days after it occurred; give the reason for the delay"
        )
    return DecidedEvent(told, context.role, occurred_at, "reported")


@cache
def reports() -> dict[str, type[Report]]:
    """By name, the command that reports each kind of fact, with the fact's fields."""
    return {
        fact.reported_as: _report(fact)
        for kind in catalogue().values()
        if kind.upcast is None and issubclass(fact := kind.event, ProjectFact) and fact.reported_as
    }


def _report(fact: type[ProjectFact]) -> type[Report]:
    name = "".join(word.capitalize() for word in fact.reported_as.split("-"))
    fields: Any = {field: (info.annotation, info) for field, info in fact.model_fields.items()}
    made: type[Report] = create_model(
        name,
        __base__=Report,
        __doc__=fact.__doc__,
        __cls_kwargs__={"listed": False, "function": fact.function},
        **fields,
    )
    made.fact, made.called, made.names = fact, fact.reported_as, tuple(fact.model_fields)
    return made


def report(fact: ProjectFact, occurred_at: Moment | None = None) -> Report:
    """The command that reports this fact."""
    made = reports()[fact.reported_as]
    return made(**{name: getattr(fact, name) for name in type(fact).model_fields}, occurred_at=occurred_at)
