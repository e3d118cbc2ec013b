"""The catalogue: every event and every command there is."""

import re
from datetime import date, datetime
from decimal import Decimal as Binary
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel, StringConstraints

from domain import command as command_module
from domain import commands as all_commands
from domain.command import Command, commands_with_rules
from domain.commands import commands
from domain.event import CATEGORIES, Event
from domain.reviews.fact_reports import Report
from domain.state.project import ProjectFact
from domain.values import Characters, Moment
from tests.domain.everything import KINDS
from tests.domain.examples import example_command, example_of

RESERVED = {"kind", "belongs_to", "part_field", "evidence_for", "reported_as", "checked_at", "repeatable", "function"}


@pytest.mark.parametrize("kind", KINDS)
def test_says_of_every_event_in_a_sentence_what_it_means(kind: str) -> None:
    assert re.match(r"[A-Z].{15,}[.:)]", (KINDS[kind].__doc__ or "").splitlines()[0]), "a docstring, one sentence"


@pytest.mark.parametrize("name", commands())
def test_says_of_every_command_in_a_sentence_what_it_does(name: str) -> None:
    assert re.match(r"[A-Z].{15,}[.:)]", (commands()[name].__doc__ or "").splitlines()[0]), "a docstring, one sentence"


@pytest.mark.parametrize("kind", KINDS)
def test_has_fields_of_which_each_has_one_canonical_form(kind: str) -> None:
    assert _uncanonical(KINDS[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_calls_every_kind_by_a_subject_what_happened_and_a_version(kind: str) -> None:
    assert re.fullmatch(r"[a-z][a-z-]*\.[a-z][a-z-]*/[1-9][0-9]*", kind)
    assert KINDS[kind].belongs_to in CATEGORIES


@pytest.mark.parametrize("kind", KINDS)
def test_has_no_field_by_a_name_that_events_need_themselves(kind: str) -> None:
    told = issubclass(KINDS[kind], ProjectFact)
    assert RESERVED.union({"occurred_at"} if told else ()).isdisjoint(KINDS[kind].model_fields)


@pytest.mark.parametrize("name", commands())
def test_calls_every_command_by_its_class(name: str) -> None:
    command = commands()[name]
    assert name == command.called
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert command.belongs_to in ("project", "policy")


def test_has_no_two_commands_of_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError, match="two commands are called 'propose'"):
        type("Propose", (Command,), {})
    monkeypatch.setattr(all_commands, "commands_with_rules", lambda: {"assess-risk": Command})
    with pytest.raises(TypeError, match="two commands are called assess-risk"):
        commands.__wrapped__()
    assert set(commands_with_rules()) < set(commands())


def test_command_must_declare_its_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_module, "_written", {})
    with pytest.raises(TypeError, match="dream-on declares no function: add function="):
        type("DreamOn", (Command,), {})
    assert commands_with_rules() == {}


@pytest.mark.parametrize("name", [name for name, command in commands().items() if issubclass(command, Report)])
def test_command_that_reports_a_fact_has_the_function_of_the_fact(name: str) -> None:
    command = commands()[name]
    assert issubclass(command, Report)
    assert command.function is command.fact.function


@pytest.mark.parametrize("name", commands())
def test_knows_an_example_of_every_command(name: str) -> None:
    assert type(example_command(commands()[name])) is commands()[name]


@pytest.mark.parametrize("kind", KINDS)
def test_knows_an_example_of_every_event(kind: str) -> None:
    assert type(example_of(kind)) is KINDS[kind]


def _uncanonical(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> list[str]:
    """The fields whose type allows what has no canonical form."""
    hints = get_type_hints(model, include_extras=True)
    return [
        f"{model.__name__}.{name}: {wrong}"
        for name in model.model_fields
        if (wrong := _wrong(hints[name], seen | {model}))
    ]


def _wrong(hint: Any, seen: frozenset[type]) -> str | None:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal or hint is NoneType or hint == Moment or isinstance(hint, TypeVar):
        return None
    if origin is Annotated:
        bounded = (
            any(isinstance(limit, StringConstraints | Characters) for limit in args[1:]) if args[0] is str else True
        )
        return None if args[0] in (int, str) and bounded else _wrong(args[0], seen)
    if origin in (Union, UnionType, tuple):
        return next((wrong for arg in args if arg is not ... and (wrong := _wrong(arg, seen))), None)
    return _plainly_wrong(hint, seen)


def _plainly_wrong(hint: Any, seen: frozenset[type]) -> str | None:
    if hint in (bool, date):
        return None
    plain = cast("type[object]", hint) if isinstance(hint, type) else object
    if issubclass(plain, BaseModel):
        wrong = [] if plain in seen else _uncanonical(plain, seen)
        return wrong[0] if wrong else None
    return None if issubclass(plain, Enum) else str(hint)


@pytest.mark.parametrize(
    "hint", [float, int, str, Binary, datetime, dict[str, str], set[str], list[str], tuple[float, ...], Any]
)
def test_notices_a_field_without_a_canonical_form(hint: Any) -> None:
    made = type("Made", (Event,), {"__annotations__": {"field": hint}, "__module__": __name__})
    assert _uncanonical(made)
