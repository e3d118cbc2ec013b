"""The catalogue as a page: every kind of event with its fields, and every command, as the code has them."""

from collections.abc import Iterator
from typing import Any

from domain.commands import commands
from domain.event import Event, catalogue, type_of
from domain.state.project import ProjectFact

HEAD = """# Events and commands

Made from the code by `milepost catalogue > docs/events.md`; a test fails where this page is behind.
Every event also has the attributes of the envelope (docs/format.md) and may have a `reason`.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([HEAD, *_events(), *_commands()]) + "\n"


def _events() -> Iterator[str]:
    kinds = {kind: known.event for kind, known in sorted(catalogue().items()) if known.upcast is None}
    yield f"## {len(kinds)} kinds of event\n"
    for kind, event in kinds.items():
        yield f"### `{kind}`\n"
        yield f"{_prose(event.__doc__)}\n"
        yield f"Stored as `{type_of(kind)}` in a stream of {event.belongs_to or 'any category'}.{_told_with(event)}\n"
        yield from _fields(event)


def _told_with(event: type[Event]) -> str:
    if not issubclass(event, ProjectFact):
        return ""
    looked_at = f" Evidence at {', '.join(event.evidence_for)}." if event.evidence_for else ""
    return (f" Told with `{event.reported_as}`." if event.reported_as else "") + looked_at


def _fields(event: type[Event]) -> Iterator[str]:
    own = {name: field for name, field in event.model_json_schema()["properties"].items() if name != "reason"}
    required = set(event.model_json_schema().get("required", ()))
    if own:
        yield "| field | value | |"
        yield "|---|---|---|"
        for name, schema in own.items():
            yield f"| `{name}` | {_value(schema)} | {'' if name in required else 'optional'} |"
        yield ""


def _commands() -> Iterator[str]:
    yield f"## {len(commands())} commands\n"
    yield "| command | to a | what it asks for |"
    yield "|---|---|---|"
    for name, command in commands().items():
        yield f"| `{name}` | {command.belongs_to} | {_prose(command.__doc__)} |"


def _prose(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def _value(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_value(one) for one in schema["anyOf"] if one.get("type") != "null"))
    if schema.get("type") == "array":
        return f"list of {_value(schema.get('items', {}))}" if "items" in schema else "list"
    return str(schema.get("format") or schema.get("type", "value"))
