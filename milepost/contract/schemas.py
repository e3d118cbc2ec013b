"""Schemas: JSON Schema 2020-12 of the envelope and of the data of every kind, as it is stored.

They say what a reader may rely on. What they don't name may come with a later release and is to be ignored.
"""

from collections.abc import Mapping
from typing import Any, cast

import domain.commands  # noqa: F401 # pyright: ignore[reportUnusedImport] (with it every kind is known)
from domain.event import CATEGORIES, Event, catalogue, type_of

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE = "envelope"
MOMENT: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$",
}
_KEY: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,62}$"}
_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_VISIBLE: Schema = {"type": "string", "pattern": "^[!-~]{1,200}$"}
_SOURCE = f"^urn:milepost:[^:]+:({'|'.join(CATEGORIES.values())})(:[a-z0-9][a-z0-9._-]{{0,62}})?$"
_OPTIONAL = ("causationid", "actingrole", "assignment", "policyversion")


def files() -> dict[str, Schema]:
    """Every schema by the name of its file without `.json`; older versions of a kind keep the file that they had."""
    newest = {kind: known.event for kind, known in catalogue().items() if known.upcast is None}
    return {ENVELOPE: envelope()} | {type_of(kind): data_of(event) for kind, event in sorted(newest.items())}


def envelope() -> Schema:
    """What every event has around its data (docs/format.md)."""
    attributes: dict[str, Schema] = {
        "specversion": {"const": "1.0"},
        "id": _ID,
        "source": {"type": "string", "pattern": _SOURCE},
        "type": {"type": "string", "pattern": r"^milepost\.[a-z.-]+\.v[1-9][0-9]*$"},
        "sequence": {"type": "string", "pattern": "^[0-9]{20}$"},
        "time": MOMENT,
        "timequality": {"enum": ["exact", "reported", "at-latest", "inferred"]},
        "recordedtime": MOMENT,
        "correlationid": _VISIBLE,
        "causationid": _VISIBLE,
        "commandid": _VISIBLE,
        "authtype": {"type": "string"},
        "authid": {"type": "string"},
        "actingrole": _KEY,
        "assignment": _ID,
        "policyversion": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,62}/[0-9]+$"},
        "origin": {"type": "string", "pattern": "^(live|simulated|import:.+)$"},
        "data": {"type": "object"},
    }
    needed = [name for name in attributes if name not in _OPTIONAL]
    return _whole(ENVELOPE, "An event of Milepost: a CloudEvent in structured mode.", needed, attributes)


def data_of(event: type[Event]) -> Schema:
    """What a kind has as its data."""
    schema = plain(event.model_json_schema())
    needed = [name for name in schema["properties"] if name in schema.get("required", ())]
    whole = _whole(type_of(event.kind), schema["description"], needed, schema["properties"])
    return whole | ({"$defs": schema["$defs"]} if "$defs" in schema else {})


def _whole(name: str, told: str, needed: list[str], properties: dict[str, Schema]) -> Schema:
    head = {"$schema": DIALECT, "$id": f"urn:milepost:schema:{name}", "description": " ".join(told.split())}
    return {**head, "type": "object", "required": needed, "properties": properties}


def plain(schema: Mapping[str, Any], named: bool = False) -> Schema:
    """A schema as what is stored has it: what is absent is left out and never null, moments have one form.

    `named`: the members are names of one's own, like those of properties.
    """
    kept = {name: _plain(value, "" if named else name) for name, value in schema.items() if named or name != "title"}
    if named:
        return kept
    if kept.get("default", 0) is None:
        del kept["default"]
    if kept.get("format") == "date-time":
        kept |= MOMENT
    if {"type": "null"} in kept.get("anyOf", ()):
        kept |= _without_null(kept.pop("anyOf"))
    return kept


def _plain(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return plain(cast("Schema", value), named=name in ("properties", "$defs", "default"))
    if isinstance(value, list):
        return [_plain(member, "") for member in cast("Any", value)]
    return value


def _without_null(choices: list[Schema]) -> Schema:
    left = [one for one in choices if one != {"type": "null"}]
    return left[0] if len(left) == 1 else {"anyOf": left}
