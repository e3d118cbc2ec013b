"""Reading the data of stored events: they were validated when they were written, so texts are not checked again."""

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from pydantic_core import CoreSchema, SchemaValidator

from domain.event import Event

_TEXT_CONSTRAINTS = ("pattern", "min_length", "max_length")


def read_stored_data(kind: type[Event], data: dict[str, Any]) -> Event:
    """The event that validation makes of the same data, if the data are valid.

    Fields and types are checked; patterns, lengths and canonical forms of texts are not. Raises `ValidationError`.
    """
    return _reader(kind)(data)


@cache
def _reader(kind: type[Event]) -> Callable[[dict[str, Any]], Event]:
    schema = cast("CoreSchema", _without_text_checks(kind.__pydantic_core_schema__))
    # Prebuilt validators are those of the classes of nested facts, with all their checks.
    return SchemaValidator(schema, _use_prebuilt=False).validate_python


def _without_text_checks(schema: object) -> object:
    """A core schema without the constraints of its texts and without the functions that look at a text after it."""
    if isinstance(schema, dict):
        found = cast("dict[str, Any]", schema)
        if found.get("type") == "function-after" and found["schema"].get("type") == "str":
            return _without_text_checks(found["schema"])
        left_out = _TEXT_CONSTRAINTS if found.get("type") == "str" else ()
        return {name: _without_text_checks(value) for name, value in found.items() if name not in left_out}
    if isinstance(schema, list):
        return [_without_text_checks(one) for one in cast("list[object]", schema)]
    if isinstance(schema, tuple):
        return tuple(_without_text_checks(one) for one in cast("tuple[object, ...]", schema))
    return schema
