"""JSON from outside, in one reading: what parsers differ in is refused, with the place (RFC 8259, RFC 7493)."""

import json
import re
from typing import Any, TypeGuard, cast

from domain.values import LARGEST_INTEGER

LARGEST_BODY = 256 * 1024
DEEPEST = 32
MOST_MEMBERS = 1_000
_LONGEST_PLACE = 100
# A text that never ends is taken whole, and nothing is tried twice: any body is read through in one pass.
_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


class NotJson(ValueError):
    """The body can't be read in one way only. Says where and why."""


class TooBig(NotJson):
    """The body is larger or deeper than is read."""


def read(body: bytes) -> Any:
    """The value that a body is. Raises `NotJson`, or `TooBig` over 256 KiB, 32 levels or 1,000 members of an object."""
    if len(body) > LARGEST_BODY:
        raise TooBig(f"the body has {len(body):,} bytes, at most {LARGEST_BODY:,} are read")
    _demand_shallow(body)
    try:
        text = body.decode("utf-8")
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
        )
    except UnicodeDecodeError as error:
        raise NotJson(f"the body is not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise NotJson(f"the body is not JSON at line {error.lineno}, column {error.colno}: {error.msg}") from error


def demand_text(value: Any, place: str = "") -> None:
    """Raise `NotJson` where a text holds NUL or half a surrogate pair, which no database keeps."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise NotJson(f"{place[:_LONGEST_PLACE] or 'the body'}: the text holds NUL or half a character")
    elif isinstance(value, dict):
        for name, member in cast("dict[str, Any]", value).items():
            demand_text(name, place)
            demand_text(member, f"{place}.{name}".lstrip("."))
    elif is_list(value):
        for index, member in enumerate(value):
            demand_text(member, f"{place}.{index}".lstrip("."))


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a value that was read is a list, of whatever."""
    return isinstance(value, list)


def _demand_shallow(body: bytes) -> None:
    depth = 0
    for token in _BRACKETS.finditer(body):
        mark = token.group()
        if mark in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise TooBig(f"the body is more than {DEEPEST} levels deep at byte {token.start()}")
        elif mark in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_MEMBERS:
        raise TooBig(f"an object has {len(pairs):,} members, at most {MOST_MEMBERS:,} are read")
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJson(f"{twice[:_LONGEST_PLACE]!r} stands twice in one object: which is meant?")
    return found


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > LARGEST_INTEGER:
        raise NotJson(f"{text[:20]} is larger than an integer that every reader keeps exactly (±{LARGEST_INTEGER})")
    return int(text)


def _float(text: str) -> Any:
    raise NotJson(f'{text[:40]}: numbers with a fraction or an exponent are written as text, like "12.50"')


def _constant(text: str) -> Any:
    raise NotJson(f"{text} is not a JSON number")
