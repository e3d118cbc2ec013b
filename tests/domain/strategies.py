"""Any fact or event at all, generated from the types of its fields."""

from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from domain.event import Event
from domain.policy.policy import Policy
from domain.values import LARGEST_INTEGER, Characters, Decimal, is_blank
from tests.domain.examples import POLICY

_LONGEST = 20  # longer texts show nothing that shorter ones don't
_TEXTS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_DECIMALS = st.decimals(-(10**9), 10**9, places=3).map(lambda number: f"{number + 0:f}")
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis asks for bounds without a zone
_PATTERNS = {
    r"^[a-z0-9][a-z0-9._-]{0,62}$": st.builds(str.__add__, st.sampled_from("a7"), st.text("az09._-", max_size=62)),
    r"^sha256:[0-9a-f]{64}$": st.integers(0, 2**256 - 1).map(lambda number: f"sha256:{number:064x}"),
    r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$": st.uuids().map(str),
}
"""Regular expressions are slow to generate from; these are the ones met often."""


@cache
def events(kind: type[Event]) -> SearchStrategy[Event]:
    """Any event of a kind, in every combination of the fields that may be absent."""
    return _models(kind)


@cache
def _models(model: type[BaseModel]) -> SearchStrategy[Any]:
    if issubclass(model, Policy):
        return st.just(POLICY)
    hints = get_type_hints(model, include_extras=True)
    fields = {name: _values(hints[name], info) for name, info in model.model_fields.items()}
    return st.fixed_dictionaries(fields).map(lambda values: _built(model, values)).filter(lambda made: made is not None)


def _built(model: type[BaseModel], values: dict[str, Any]) -> BaseModel | None:
    """None where the fields don't go together."""
    try:
        return model.model_validate(values)
    except ValidationError:
        return None


def _values(hint: Any, info: FieldInfo | None = None) -> SearchStrategy[Any]:
    origin, args = get_origin(hint), get_args(hint)
    if hint == Decimal:
        return _DECIMALS
    if origin is Annotated:
        return _annotated(args)
    if origin in (Union, UnionType):
        return st.one_of(*(st.none() if arg is NoneType else _values(arg) for arg in args))
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple:
        many = args[-1] is ...
        return st.lists(_values(args[0]), max_size=2).map(tuple) if many else st.tuples(*(_values(arg) for arg in args))
    return _plain(hint)


def _annotated(args: tuple[Any, ...]) -> SearchStrategy[Any]:
    inner, constraints = args[0], [part for arg in args[1:] for part in _parts(arg)]
    limits: dict[str, Any] = {}
    for part in constraints:
        if isinstance(part, Ge):
            limits["min_value"] = part.ge
        elif isinstance(part, Le):
            limits["max_value"] = part.le
        elif isinstance(part, StringConstraints):
            return _strings(part)
        elif isinstance(part, Characters):
            return st.text(_TEXTS, min_size=part.least, max_size=min(part.most, _LONGEST)).filter(_is_readable)
    return st.integers(**limits) if inner is int else _values(inner)


def _is_readable(text: str) -> bool:
    return not is_blank(text)


def _parts(constraint: Any) -> list[Any]:
    return list(constraint.metadata) if isinstance(constraint, FieldInfo) else [constraint]


def _strings(limits: StringConstraints) -> SearchStrategy[str]:
    if limits.pattern is not None:
        pattern = str(limits.pattern)
        return _PATTERNS[pattern] if pattern in _PATTERNS else st.from_regex(pattern, fullmatch=True)
    return st.text(_TEXTS, min_size=limits.min_length or 0, max_size=min(limits.max_length or _LONGEST, _LONGEST))


_PLAIN: dict[type, SearchStrategy[Any]] = {
    str: st.text(_TEXTS, max_size=_LONGEST),
    bool: st.booleans(),
    int: st.integers(-LARGEST_INTEGER, LARGEST_INTEGER),
    datetime: MOMENTS,
    date: st.dates(),
}


def _plain(hint: Any) -> SearchStrategy[Any]:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    assert issubclass(hint, BaseModel), f"what is any {hint}?"
    return _models(hint)
