"""The description of the API, OpenAPI 3.1: every command's body, every answer, every problem, every header."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from domain.command import Command
from domain.commands import commands
from milepost.web.caller import ACTOR, COMMAND_ID, CORRELATION, EXPECTED, ROLE, UNEXPECTED
from milepost.web.problems import MEDIA
from milepost.web.response_models.attempts import GateList, PhaseList
from milepost.web.response_models.figures import (
    GateFigureList,
    GateRows,
    PhaseFigureList,
    PhaseRows,
    ProjectFigureList,
    ProjectRows,
)
from milepost.web.response_models.health import AliveModel, ReadinessModel
from milepost.web.response_models.lists import DueList, InboxList, PendingList, ProjectList, TrailList
from milepost.web.response_models.model import ResponseModel
from milepost.web.response_models.outcome import OutcomeModel, OutcomeProblemModel
from milepost.web.response_models.problem import ProblemModel
from milepost.web.response_models.project import ProjectResponse
from milepost.web.response_models.why import WhyResponse

Schema = dict[str, Any]
ADDRESS = "/v1/openapi.json"
MOST_IN_A_BATCH = 100
DESCRIPTION = (
    "Commands that carry a project through the five functions of MOF's Deliver Phase, and what is known of it. "
    f"Who asks stands in the headers {ACTOR} and {ROLE}; nobody is authenticated in local mode. "
    "Every failure is problem details (RFC 9457) that say what happened and what to do."
)
PLURALS = {"project": "projects", "policy": "policies"}
RESPONSES: tuple[type[ResponseModel], ...] = (
    AliveModel, ReadinessModel, ProblemModel, OutcomeModel, OutcomeProblemModel, ProjectResponse, WhyResponse,
    ProjectList, DueList, PendingList, InboxList, TrailList, GateList, PhaseList, ProjectFigureList, GateFigureList,
    PhaseFigureList, ProjectRows, GateRows, PhaseRows,
)  # fmt: skip
"""The models of all answers."""
_UNUSED = ("HTTPValidationError", "ValidationError")  # what FastAPI answers, and we don't
_PLACE = "#/components/schemas/"
TEXT: Schema = {"type": "string", "title": "Text"}
_NUMBER: Schema = {"type": "integer", "title": "Seconds", "minimum": 0}
_KEY: Schema = {"type": "string", "title": "Key", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"}
_TAG = r'(W/)?"[0-9]{1,15}"'
_TAGS: Schema = {"type": "string", "title": "Entity tags", "pattern": rf"^(\*|{_TAG}(, ?{_TAG})*)$"}
_TOKEN: Schema = {"type": "string", "title": "Token", "pattern": "^[!-~]{1,200}$"}


class Described(FastAPI):
    """An application that describes itself, once, when it is first asked."""

    def openapi(self) -> Schema:
        if self.openapi_schema is None:
            described = super().openapi()
            own = {name: schema for name, schema in described["components"]["schemas"].items() if name not in _UNUSED}
            schemas = merge_schemas(own, _response_schemas(), _bodies())
            described["components"] = {"schemas": dict(sorted(schemas.items()))}
        return self.openapi_schema or {}


def ref(name: str) -> Schema:
    """A schema by its name among the components."""
    return {"$ref": _PLACE + name}


def merge_schemas(*groups: Mapping[str, Schema]) -> dict[str, Schema]:
    """The schemas of several groups. Raises `ValueError` where two of them have one name and are not the same."""
    found: dict[str, Schema] = {}
    for name, schema in ((name, schema) for group in groups for name, schema in group.items()):
        if found.setdefault(name, schema) != schema:
            raise ValueError(f"two schemas are called {name}: rename the response model")
    return found


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
    return {
        status: _answer(told, MEDIA, ref(ProblemModel.__name__), status == 503)
        for status, told in sorted(found.items())
    }


def _answer(told: str, media: str, schema: Schema, later: bool = False) -> dict[str, Any]:
    headers = {"Retry-After": {"description": "Ask again after so many seconds.", "schema": _NUMBER}} if later else {}
    return {"description": told, "content": {media: {"schema": schema}}, **({"headers": headers} if headers else {})}


def reads(
    *models: type[ResponseModel], problem: tuple[int, ...] = (), tagged: bool = False
) -> dict[int | str, dict[str, Any]]:
    """The answers of an address that is read: one of these models as of a position, and the problems there may be."""
    schemas = [ref(model.__name__) for model in models]
    schema = schemas[0] if len(schemas) == 1 else {"title": "Answer", "anyOf": schemas}
    found = _answer("What is known", "application/json", schema)
    found["headers"] = POSITION | (TAG if tagged else {})
    return {200: found, **problems(422, *problem)}


def answers(told: str, media: str, schema: Schema) -> dict[int | str, dict[str, Any]]:
    """The answer 200 of an address, in this media type and schema."""
    return {200: _answer(told, media, schema)}


TAG = {"ETag": {"description": "The version of the stream.", "schema": TEXT}}
POSITION = {"Milepost-Position": {"description": "The position that the answer reflects.", "schema": TEXT}}
GIVEN = {COMMAND_ID: {"description": "The id of the command, yours or a new one.", "schema": TEXT}}


def writes() -> dict[int | str, dict[str, Any]]:
    """The answers of an address that takes commands."""
    taken = _answer("What was written", "application/json", ref(OutcomeModel.__name__))
    turned_down = _answer(PROBLEMS[409], MEDIA, ref(OutcomeProblemModel.__name__))
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
    """The body of a batch of commands."""
    return {"required": True, "content": {"application/json": {"schema": ref(f"{category.title()}Batch")}}}


def _bodies() -> dict[str, Schema]:
    asked: list[tuple[type[Command], JsonSchemaMode]] = [(command, "validation") for command in commands().values()]
    found: dict[str, Schema] = models_json_schema(asked, ref_template=_PLACE + "{model}")[1]["$defs"]
    for schema in found.values():
        if schema.get("type") == "object":
            schema["additionalProperties"] = False
        for field, member in schema.get("properties", {}).items():
            if "$ref" not in member:
                member.setdefault("title", field.replace("_", " ").title())
    return found | {name: schema for category in PLURALS for name, schema in _batch(category).items()}


def _batch(category: str) -> dict[str, Schema]:
    """The body of a batch: commands by name, each beside its own fields."""
    names = [name for name, command in commands().items() if command.belongs_to == category]
    named: Schema = {"type": "string", "title": "Command", "enum": names}
    member: Schema = {
        "title": f"{category.title()}BatchCommand",
        "description": "A command by its name; its further fields are those of its own body.",
        "type": "object",
        "required": ["command"],
        "properties": {"command": named},
    }
    many: Schema = {"type": "array", "title": "Commands", "items": ref(member["title"])}
    body: Schema = {
        "title": f"{category.title()}Batch",
        "description": "Several commands, all or nothing.",
        "type": "object",
        "required": ["commands"],
        "properties": {"commands": many | {"minItems": 1, "maxItems": MOST_IN_A_BATCH}},
        "additionalProperties": False,
    }
    return {one["title"]: one for one in (body, member)}


def _response_schemas() -> dict[str, Schema]:
    asked: list[tuple[type[ResponseModel], JsonSchemaMode]] = [(model, "serialization") for model in RESPONSES]
    found: dict[str, Schema] = models_json_schema(asked, ref_template=_PLACE + "{model}")[1]["$defs"]
    return found
