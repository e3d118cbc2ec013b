"""What all response models share: explicit fields read by their names, moments as stored, absent values left out."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, PlainSerializer, WithJsonSchema
from pydantic_core import CoreSchema

from domain.values import LARGEST_INTEGER, moment_text

Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]
_MOMENT = WithJsonSchema({"type": "string", "format": "date-time"})
Instant = Annotated[datetime, PlainSerializer(moment_text, return_type=str), _MOMENT]
"""A moment in UTC with six decimals, read from a `datetime`."""
InstantText = Annotated[str, _MOMENT]
"""The same, read from the text that a read model keeps."""


NULL = {"type": "null"}


class ResponseModel(BaseModel):
    """One object of the public JSON.

    It is read from an internal object or row by the names of its fields, none of which has a default: if an internal
    name changes, reading fails, and the JSON does not change. A value that is None is left out of the JSON.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema of the JSON: a field that may be None is not required, and is never null."""
        found = handler.resolve_ref_schema(handler(schema))
        fields: dict[str, dict[str, Any]] = found["properties"]
        found["required"] = [name for name, field in fields.items() if NULL not in field.get("anyOf", ())]
        found["properties"] = {name: _without_null(field) for name, field in fields.items()}
        return found

    def to_json(self) -> bytes:
        """The JSON as bytes."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)

    def to_jsonable(self) -> dict[str, Any]:
        """The same as a value, for who adds to it."""
        return self.model_dump(mode="json", exclude_none=True)


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """The schema of a field whose value is left out where it is None."""
    kinds = [kind for kind in field.get("anyOf", ()) if kind != NULL]
    rest = {name: value for name, value in field.items() if name not in ("anyOf", "default")}
    if not kinds:
        return rest
    return kinds[0] | rest if len(kinds) == 1 else {"anyOf": kinds, **rest}
