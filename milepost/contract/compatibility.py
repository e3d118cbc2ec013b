"""Compatibility: what may change in a kind once it is published: optional fields may come, and nothing else.

The log is for ever, so a reader of today meets events of every release, and one of yesterday meets today's.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from domain.event import catalogue, kind_of

_SAID = ("$schema", "$id", "description")
_PLACE = "#/$defs/"

Schema = Mapping[str, Any]


def broken(published: Mapping[str, Schema], now: Mapping[str, Schema]) -> list[str]:
    """Every place at which a reader of what was published would break, and what to do."""
    return [
        f"{name}: {what}: {_advice(name)}"
        for name, old in published.items()
        if not _reads_older(name)
        for what in ([] if name in now else ["is gone"]) or _changed(_inlined(old), _inlined(now[name]), "data")
    ]


def _reads_older(name: str) -> bool:
    known = catalogue().get(kind_of(name))
    return known is not None and known.upcast is not None


def _advice(name: str) -> str:
    kind, _, version = kind_of(name).rpartition("/")
    return f"leave it, and write {kind}/{int(version) + 1} with its upcast" if version.isdecimal() else "leave it"


def _inlined(schema: Schema) -> Any:
    """The schema with what it refers to in place, and without what is only said."""
    definitions: Schema = schema.get("$defs", {})

    def put(value: Any) -> Any:
        if isinstance(value, list):
            return [put(member) for member in cast("Any", value)]
        if not isinstance(value, dict):
            return value
        members = cast("dict[str, Any]", value)
        referred: dict[str, Any] = put(definitions[members["$ref"].removeprefix(_PLACE)]) if "$ref" in members else {}
        said = {name for name in _SAID if not isinstance(members.get(name), dict)} | {"$defs", "$ref"}
        return referred | {name: put(member) for name, member in members.items() if name not in said}

    return put(schema)


def _changed(old: Any, new: Any, place: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _changed_members(cast("Schema", old), cast("Schema", new), place)
    elif isinstance(old, list) and isinstance(new, list) and len(cast("Any", old)) == len(cast("Any", new)):
        for number, pair in enumerate(zip(cast("Any", old), cast("Any", new), strict=True)):
            yield from _changed(*pair, f"{place}.{number}")
    elif old != new:
        yield f"{place} was {_short(old)} and is {_short(new)}"


def _changed_members(old: Schema, new: Schema, place: str) -> Iterator[str]:
    fields: Schema = old.get("properties", {})
    for name, field in fields.items():
        if name in new.get("properties", {}):
            yield from _changed(field, new["properties"][name], f"{place}.{name}")
        else:
            yield f"{place}.{name} is gone"
    needed, needs = sorted(old.get("required", ())), sorted(new.get("required", ()))
    if needed != needs:
        yield f"{place} needs {_short(needs)} and not {_short(needed)}"
    for name in sorted(old.keys() | new.keys()):
        if name not in ("properties", "required"):
            yield from _changed(old.get(name), new.get(name), f"{place} ({name})")


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) < 80 else f"{text[:77]}…"
