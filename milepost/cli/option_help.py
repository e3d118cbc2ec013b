"""What an option of a command wants, in words: read off the type of the field that it fills."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from domain.values import Key, Sealed

_PLAIN = {
    bool: "true or false",
    int: "integer",
    str: "text",
    datetime: "moment, like 2026-11-22T09:30:00Z",
    date: "day, like 2026-11-22",
}
_KEY_PATTERN = get_args(Key)[1].pattern
_DIGEST = "digest, like sha256: and 64 digits"


def wanted(field: FieldInfo) -> str:
    """What the option takes, and what holds where it isn't given."""
    patterns = [pattern for one in field.metadata if (pattern := getattr(one, "pattern", None))]
    told = _patterned(patterns[0]) if patterns else _of(field.annotation)
    default = field.get_default()
    return told if field.is_required() or default in (None, (), "") else f"{told} [default: {_shown(default)}]"


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The values of the option, where it takes one of a closed set; else none."""
    kind: Any = field.annotation
    if get_origin(kind) in (Union, UnionType):
        [kind, *others] = _told(get_args(kind))
        if others:
            return ()
    if get_origin(kind) is Literal:
        return tuple(map(str, get_args(kind)))
    return tuple(str(member.value) for member in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()


def _of(kind: Any) -> str:
    origin = get_origin(kind)
    if origin is Annotated:
        inner, *more = get_args(kind)
        patterns = [pattern for one in more if (pattern := getattr(one, "pattern", None))]
        return _patterned(patterns[0]) if patterns else _of(inner)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_of(one) for one in _told(get_args(kind))))
    if origin is Literal:
        return "one of " + ", ".join(str(word) for word in get_args(kind))
    if origin is tuple:
        return f"list, each {_of(get_args(kind)[0])}; several by commas, or as JSON"
    if isinstance(kind, type):
        return _class(kind)
    return "JSON"


def _told(kinds: tuple[Any, ...]) -> Iterator[Any]:
    """What people give: neither nothing, nor a text that is sealed already."""
    return (kind for kind in kinds if kind not in (type(None), Sealed))


def _class(kind: type) -> str:
    if issubclass(kind, Enum):
        return "one of " + ", ".join(str(member.value) for member in kind)
    if issubclass(kind, BaseModel):
        fields = ", ".join(name if field.is_required() else f"{name}?" for name, field in kind.model_fields.items())
        return f"JSON: {kind.__name__} {{{fields}}}"
    return next((told for plain, told in _PLAIN.items() if issubclass(kind, plain)), "JSON")


def _patterned(pattern: str) -> str:
    if pattern == _KEY_PATTERN:
        return "key, like pay-2"
    return _DIGEST if "sha256" in pattern else "text"


def _shown(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else str(getattr(default, "value", default))
