"""One example of any fact, event or command, with every field filled, made from the types of its fields."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, StringConstraints

from domain.command import Command
from domain.event import Event, kind_named
from domain.policy.policy import Policy
from domain.reviews.fact_reports import Report, report
from domain.values import Decimal

M = TypeVar("M", bound=BaseModel)
MOMENT = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)
POLICY = Policy.model_validate(
    {
        "name": "small",
        "version": 2,
        "controls": [{"control": "risks-assessed", "at": ["envisioned", "pilot"], "severity": {"minor": "block"}}],
        "gates": [{"gate": "rfc", "column": "minor", "required": ["cab:*"], "decided_by": ["cab"]}],
    }
)
_PATTERNS = {
    r"^[a-z0-9][a-z0-9._-]{0,62}$": "part-1",
    r"^sha256:[0-9a-f]{64}$": "sha256:" + "ab" * 32,
    r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$": "0199c2a4-7d3e-7abc-8def-0123456789ab",
    r"^[A-Z]{3}$": "EUR",
    r"^[0-9]{4}-(0[1-9]|1[0-2])$": "2026-03",
}


def example(model: type[M], **given: Any) -> M:
    """An example of a model; fields that are given are as they are given."""
    if issubclass(model, Policy):
        return POLICY  # type: ignore[return-value]  # it is one
    hints = get_type_hints(model, include_extras=True)
    fields = {name: given.get(name, value_of(name, hints[name], info)) for name, info in model.model_fields.items()}
    return model.model_validate(fields)


def example_of(kind: str) -> Event:
    known = kind_named(kind)
    assert known
    return example(known.event)


def example_command(command: type[Command]) -> Command:
    """A command with every field filled; one that tells a fact tells the example of it."""
    return report(example(command.fact)) if issubclass(command, Report) else example(command)


def value_of(name: str, hint: Any, info: Any = None) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if hint == Decimal:
        return "12.50"
    if origin is Annotated:
        return _annotated(name, args)
    if origin in (Union, UnionType):
        return value_of(name, next(arg for arg in args if arg is not NoneType))
    if origin is Literal:
        return args[0]
    if origin is tuple:
        return (value_of(name, args[0]),) if args[-1] is ... else tuple(value_of(name, arg) for arg in args)
    return _plain(name, hint)


def _annotated(name: str, args: tuple[Any, ...]) -> Any:
    for constraint in args[1:]:
        if isinstance(constraint, StringConstraints) and constraint.pattern is not None:
            return _PATTERNS.get(str(constraint.pattern), "main")
    if args[0] is int:
        return 1
    return value_of(name, args[0])


_PLAIN: dict[type, Callable[[str], Any]] = {
    str: lambda name: f"Über {name} – äß “✓”",
    bool: lambda _: True,
    int: lambda _: 1,
    datetime: lambda _: MOMENT,
    date: lambda _: MOMENT.date(),
}


def _plain(name: str, hint: Any) -> Any:
    if hint in _PLAIN:
        return _PLAIN[hint](name)
    if issubclass(hint, Enum):
        return next(iter(hint))
    assert issubclass(hint, BaseModel), f"{name}: what is an example of {hint}?"
    return example(hint)
