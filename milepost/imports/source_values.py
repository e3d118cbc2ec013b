"""Words: what the values of a source's fields are meant to say, and which of them say nothing."""

import re
from datetime import date

from pydantic import TypeAdapter, ValidationError

from domain.values import Key, Name
from milepost.imports.lines import Value
from milepost.imports.mapping import FieldRule, Mapping

_KEY = TypeAdapter(Key)
_NAME = TypeAdapter(Name)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
LISTS = ("role", "features", "link")


class RefusedValue(ValueError):
    """A value says nothing that the mapping knows. Says which, and why."""


def meant(value: Value, rule: FieldRule, field: str, mapping: Mapping) -> Value:
    """A field's value in its one spelling. Raises `RefusedValue`."""
    if value is None:
        return None
    if rule.means in LISTS:
        items = tuple(value.split(mapping.csv.lists)) if isinstance(value, str) else value
        return tuple(_item(item, rule, field) for item in items)
    if not isinstance(value, str):
        raise RefusedValue(f"{field}: expected one text, not a list")
    text = rule.aliases.get(value, value)
    if text in rule.refuse:
        raise RefusedValue(f"{field}: {text[:60]!r} {rule.refuse[text]}")
    return _one(text, rule, field, mapping)


def _item(item: str, rule: FieldRule, field: str) -> str:
    if item in rule.refuse:
        raise RefusedValue(f"{field}: {item[:60]!r} {rule.refuse[item]}")
    if rule.means == "role":
        return item
    return _valid(_NAME, item.strip(), field)


def _one(text: str, rule: FieldRule, field: str, mapping: Mapping) -> str:
    match rule.means:
        case "target" | "aim":
            target = mapping.target(text)
            if target is None:
                raise RefusedValue(f"{field}: {text[:60]!r} is no release that can be read")
            return target
        case "began":
            return _day(text, field)
        case "service":
            return _valid(_KEY, text.lower(), field)
        case "title":
            return _valid(_NAME, text.strip(), field)
        case "state" if rule.word(text) is None:
            raise RefusedValue(f"{field}: {text[:60]!r} is no word that the mapping knows")
        case _:
            return text


def _day(text: str, field: str) -> str:
    try:
        found = _DATE.match(text)
        return (
            date(*(int(part) for part in found.groups())).isoformat() if found else date.fromisoformat(text).isoformat()
        )
    except ValueError:
        raise RefusedValue(f"{field}: {text[:60]!r} is not a date like 2026-11-22") from None


def _valid(kind: "TypeAdapter[str]", text: str, field: str) -> str:
    try:
        return kind.validate_python(text)
    except ValidationError as error:
        raise RefusedValue(f"{field}: {text[:60]!r}: {error.errors()[0]['msg']}") from error
