"""The description of the API, OpenAPI 3.1: every command's body, every answer, every problem, every header."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from domain.command import Command
from domain.commands import commands
from milepost.web.caller import ACTOR, COMMAND_ID, CORRELATION, EXPECTED, ROLE, UNEXPECTED
from milepost.web.problems import MEDIA
from projections.projection import Projection

Schema = dict[str, Any]
ADDRESS = "/v1/openapi.json"
MOST_IN_A_BATCH = 100
DESCRIPTION = (
    "Commands that carry a project through the five functions of MOF's Deliver Phase, and what is known of it. "
    f"Who asks stands in the headers {ACTOR} and {ROLE}; nobody is authenticated in local mode. "
    "Every failure is problem details (RFC 9457) that say what happened and what to do."
)
_UNUSED = ("HTTPValidationError", "ValidationError")  # what FastAPI answers, and we don't
_PLACE = "#/components/schemas/"
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer", "minimum": 0}
MOMENT: Schema = {"type": "string", "format": "date-time"}
_KEY: Schema = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"}
_TAGS: Schema = {"type": "string", "pattern": r'^(\*|(W/)?"[0-9]{1,15}"(, ?(W/)?"[0-9]{1,15}")*)$'}
_TOKEN: Schema = {"type": "string", "pattern": "^[!-~]{1,200}$"}


class Described(FastAPI):
    """An application that describes itself, once, when it is first asked."""

    def openapi(self) -> Schema:
        if self.openapi_schema is None:
            described = super().openapi()
            own = {name: schema for name, schema in described["components"]["schemas"].items() if name not in _UNUSED}
            described["components"] = {"schemas": dict(sorted((own | _answers() | _bodies()).items()))}
        return self.openapi_schema or {}


def ref(name: str) -> Schema:
    """A schema by its name among the components."""
    return {"$ref": _PLACE + name}


def record(needed: Mapping[str, Schema], **further: Schema) -> Schema:
    """An object that has these members, and may have further ones."""
    return {"type": "object", "required": list(needed), "properties": {**needed, **further}}


def listed(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


PROBLEMS = {
    400: "A header or the body can't be read",
    403: "A page of another origin sent this",
    404: "There is no such thing",
    409: "This may not be done, or the gate stays shut",
    412: "It has changed since the version that If-Match names",
    413: "The body is too large",
    421: "This host is not served here",
    422: "What is asked for is not said rightly; each place is named",
    500: "A fault in Milepost; nothing was written",
    503: "The database doesn't answer, or the read models are not there yet: ask again",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems with these statuses, and those that any address may answer."""
    found = {status: PROBLEMS[status] for status in (*statuses, 421, 500, 503)}
    return {status: _answer(told, MEDIA, ref("Problem"), status == 503) for status, told in sorted(found.items())}


def _answer(told: str, media: str, schema: Schema, later: bool = False) -> dict[str, Any]:
    headers = {"Retry-After": {"description": "Ask again after so many seconds.", "schema": NUMBER}} if later else {}
    return {"description": told, "content": {media: {"schema": schema}}, **({"headers": headers} if headers else {})}


def reads(schema: Schema, *statuses: int, tagged: bool = False) -> dict[int | str, dict[str, Any]]:
    """The answers of an address that is read: what it says as of a position, and the problems there may be."""
    found = _answer("What is known", "application/json", {"allOf": [schema, ref("Reflecting")]})
    found["headers"] = POSITION | (TAG if tagged else {})
    return {200: found, **problems(422, *statuses)}


TAG = {"ETag": {"description": "The version of the stream.", "schema": TEXT}}
POSITION = {"Milepost-Position": {"description": "The position that the answer reflects.", "schema": TEXT}}
GIVEN = {COMMAND_ID: {"description": "The id of the command, yours or a new one.", "schema": TEXT}}


def writes() -> dict[int | str, dict[str, Any]]:
    """The answers of an address that takes commands."""
    taken = _answer("What was written", "application/json", ref("Outcome"))
    turned_down = _answer(PROBLEMS[409], MEDIA, {"allOf": [ref("Problem"), ref("Outcome")]})
    taken["headers"] = turned_down["headers"] = TAG | POSITION | GIVEN
    return {200: taken, **problems(400, 403, 404, 412, 413, 422), 409: turned_down}


WHO: list[Schema] = [
    {"name": ACTOR, "in": "header", "schema": _KEY, "description": "Who asks; without it, anonymous."},
    {"name": ROLE, "in": "header", "schema": _KEY, "description": "The role that you act in."},
]
ASKING: list[Schema] = [
    *WHO,
    {"name": COMMAND_ID, "in": "header", "schema": _TOKEN,
     "description": "Your id of the command, for ever: asked again with it, you get the first answer."},
    {"name": EXPECTED, "in": "header", "schema": _TAGS, "example": '"12"',
     "description": "The versions that the stream may have, as ETag gave them; * for any of a stream that exists."},
    {"name": UNEXPECTED, "in": "header", "schema": _TAGS, "example": "*",
     "description": "The versions that the stream may not have; * where it may not exist yet."},
    {"name": CORRELATION, "in": "header", "schema": _TOKEN, "description": "What this belongs to in your systems."},
]  # fmt: skip


def body_of(command: type[Command]) -> Schema:
    """The body of a command; one without needed fields may be empty."""
    needed = any(field.is_required() for field in command.model_fields.values())
    return {"required": needed, "content": {"application/json": {"schema": ref(command.__name__)}}}


def batch_of(category: str) -> Schema:
    """The body of a batch: commands by name, each beside its own fields."""
    names = [name for name, command in commands().items() if command.belongs_to == category]
    named: Schema = {"enum": names, "description": "The command; the further fields are those of its own body."}
    members = {**listed(record({"command": named})), "minItems": 1, "maxItems": MOST_IN_A_BATCH}
    schema = {**record({"commands": members}), "additionalProperties": False}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _bodies() -> dict[str, Schema]:
    asked: list[tuple[type[Command], JsonSchemaMode]] = [(command, "validation") for command in commands().values()]
    found: dict[str, Schema] = models_json_schema(asked, ref_template=_PLACE + "{model}")[1]["$defs"]
    for schema in found.values():
        if schema.get("type") == "object":
            schema["additionalProperties"] = False
    return found


def _answers() -> dict[str, Schema]:
    event = record({"id": TEXT, "kind": TEXT, "stream": TEXT, "version": NUMBER})
    wrong = record({"place": TEXT, "sentence": TEXT})
    return {
        "Problem": record({"type": TEXT, "title": TEXT, "status": NUMBER, "detail": TEXT}, errors=listed(wrong)),
        "Outcome": record(
            {"command": TEXT, "version": NUMBER, "position": NUMBER, "events": listed(event)},
            results=listed(record({})),
        ),
        "Reflecting": record({"as_of": record({"position": NUMBER, "moment": MOMENT})}),
        "Project": _project(),
        "Why": _why(),
    }


def _project() -> Schema:
    needed = {"key": TEXT, "version": NUMBER, "origin": TEXT, "proposal": record({}), "requester": TEXT, "state": TEXT,
              "policy": TEXT, "column": TEXT, "facts": record({}), "digest": TEXT, "breaches": NUMBER}  # fmt: skip
    lists = ("milestones", "reviews", "conditions", "debts", "waivers", "team")
    named = dict.fromkeys(("category", "priority", "discipline", "phase", "next_gate"), TEXT)
    return record(needed | {name: listed(record({})) for name in lists}, **named, held_since=MOMENT)


def _why() -> Schema:
    obstacle = record(
        {"control": TEXT, "result": TEXT, "severity": TEXT, "sentence": TEXT, "question": TEXT, "since": MOMENT},
        due=MOMENT, who=record({"roles": listed(TEXT), "people": listed(TEXT)}), rests_on=listed(NUMBER),
        **{"with": listed(TEXT)},
    )  # fmt: skip
    wait = record({"what": TEXT, "role": TEXT, "people": listed(TEXT), "since": MOMENT}, party=TEXT)
    lists = dict.fromkeys(("shut", "warned", "owed"), listed(obstacle))
    more = {"waits": listed(wait), "results": listed(record({}))}
    return record({"sentence": TEXT} | lists | more, gate=TEXT, review=TEXT, seen=record({}))


_TYPES: dict[str, Schema] = {
    "text": TEXT,
    "timestamptz": MOMENT,
    "date": {"type": "string", "format": "date"},
    "bigint": {"type": "integer"},
    "double precision": {"type": "number"},
    "boolean": {"type": "boolean"},
    "jsonb": {},
}


def rows(name: str, projection: Projection, **more: Schema) -> Schema:
    """Rows of a read model under a name: what is absent is left out."""
    columns = {column: _TYPES[kind] for column, kind in projection.columns.items()}
    return record({name: listed(record({}, **columns, **more))})
