"""Commands over HTTP: an endpoint for each command of the domain, and batches that are all or nothing."""

from collections.abc import Sequence
from typing import Any, cast

import orjson
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from domain.command import Command
from domain.commands import commands
from milepost.app.service import Service
from milepost.log.command_outcome import CommandOutcome, CommandRequest
from milepost.web.api.await_future import Waking
from milepost.web.caller import Caller, caller_of, key_of
from milepost.web.openapi import ASKING, MOST_IN_A_BATCH, PLURALS, batch_of, body_of, writes
from milepost.web.problems import MEDIA, Problem, invalid
from milepost.web.request_spans import asking_of, tell_outcome
from milepost.web.response_models.outcome import OutcomeModel, OutcomeProblemModel, WrittenEventModel
from milepost.web.response_models.why import RefusalResultModel
from milepost.web.responses import json_response
from milepost.web.strict_json import LARGEST_BODY, NotJson, TooBig, demand_text, is_list, read
from milepost.web.strict_route import strict_router


def command_routes(service: Service) -> APIRouter:
    """The routes that take commands to projects and to the policy."""
    router, waking = strict_router(), Waking()
    for name, command in commands().items():
        path = f"/v1/{PLURALS[command.belongs_to]}/{{key}}/{name}"
        router.add_api_route(path, _endpoint(service, waking, command), **_described(command))
    for category, plural in PLURALS.items():
        path = f"/v1/{plural}/{{key}}/commands"
        router.add_api_route(path, _batch_endpoint(service, waking, category), **_batch_described(category))
    return router


def parsed(command: type[Command], body: bytes) -> Command:
    """The command that a body is; an empty body is one without fields."""
    value = read(body or b"{}")
    demand_text(value)
    return _validated(command, body or b"{}", value)


def _validated(command: type[Command], body: bytes, value: Any, place: str = "") -> Command:
    try:
        return command.model_validate_json(body, strict=True, extra="forbid")
    except ValidationError as error:
        raise invalid(error, value, place) from error


def _endpoint(service: Service, waking: Waking, command: type[Command]) -> Any:
    async def take(request: HttpRequest, key: str) -> Response:
        body = await received(request)
        stream = f"{command.belongs_to}-{key_of(key)}"
        return await _answer(service, waking, stream, [parsed(command, body)], request)

    return take


def _batch_endpoint(service: Service, waking: Waking, category: str) -> Any:
    async def take(request: HttpRequest, key: str) -> Response:
        batch = read(await received(request))
        demand_text(batch)
        stream = f"{category}-{key_of(key)}"
        return await _answer(service, waking, stream, _members(batch, category), request)

    return take


def _members(batch: Any, category: str) -> list[Command]:
    body = cast("dict[str, Any]", batch) if isinstance(batch, dict) else {}
    asked: Any = body.get("commands")
    members = asked if is_list(asked) else []
    if not 1 <= len(members) <= MOST_IN_A_BATCH or body.keys() != {"commands"}:
        raise _invalid("This is no batch", f'body: {{"commands": [1 to {MOST_IN_A_BATCH} commands]}} is expected')
    return [_member(index, one, category) for index, one in enumerate(members)]


def _member(index: int, one: Any, category: str) -> Command:
    told = cast("dict[str, Any]", one) if isinstance(one, dict) else {}
    name = told.get("command")
    command = commands().get(name) if isinstance(name, str) else None
    if command is None or command.belongs_to != category:
        raise _invalid(
            "There is no such command", f"commands.{index}.command: this is the name of no {category} command"
        )
    fields = {field: value for field, value in told.items() if field != "command"}
    return _validated(command, orjson.dumps(fields), fields, f"commands.{index}")


def _invalid(title: str, detail: str) -> Problem:
    return Problem(422, "invalid", title, detail)


async def received(request: HttpRequest) -> bytes:
    """The body, as much of it as is read; what is larger is refused without being kept."""
    found = bytearray()
    try:
        async for chunk in request.stream():
            found += chunk
            if len(found) > LARGEST_BODY:
                raise TooBig(f"the body has more than {LARGEST_BODY:,} bytes, no more are read")
    except ClientDisconnect as error:
        raise NotJson("the body ends before its length, so nothing was done") from error
    return bytes(found)


async def _answer(
    service: Service, waking: Waking, stream: str, asked: Sequence[Command], request: HttpRequest
) -> Response:
    outcome = await waking.result(service.writer.submit(_wish(stream, asked, caller_of(request)), asking_of(request)))
    service.meters.commands.labels(outcome.status).inc()
    tell_outcome(request, outcome)
    return answer_of(outcome)


def _wish(stream: str, asked: Sequence[Command], caller: Caller) -> CommandRequest:
    return CommandRequest(
        stream=stream,
        commands=tuple(asked),
        who=caller.who,
        role=caller.role,
        command=caller.command,
        correlation=caller.correlation,
        expected=caller.expected,
    )


TITLES = {"rejected": "This may not be done", "refused": "The gate stays shut"}


def answer_of(outcome: CommandOutcome) -> Response:
    """An outcome as it is answered: what was written, or the problem that it is."""
    headers = {
        "ETag": f'"{outcome.version}"',
        "Idempotency-Key": outcome.command,
        "Milepost-Position": str(outcome.position),
    }
    if outcome.status == "accepted":
        return json_response(OutcomeModel.model_validate(outcome), 200, headers)
    problem = OutcomeProblemModel(
        type=f"/problems/{outcome.status}",
        title=TITLES[outcome.status],
        status=409,
        detail=outcome.sentence or "",
        command=outcome.command,
        version=outcome.version,
        position=outcome.position,
        events=[WrittenEventModel.model_validate(event) for event in outcome.events],
        results=[RefusalResultModel.model_validate(result) for result in outcome.results] or None,
    )
    return json_response(problem, 409, headers, MEDIA)


def _described(command: type[Command]) -> dict[str, Any]:
    summary, _, rest = (command.__doc__ or "").strip().partition("\n")
    return _taken(command.called, summary.rstrip("."), command.function.value, body_of(command)) | {
        "description": " ".join(rest.split())
    }


def _batch_described(category: str) -> dict[str, Any]:
    return _taken(f"{category}-batch", "Several commands at once, all or nothing", "batches", batch_of(category))


def _taken(name: str, summary: str, tag: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "methods": ["POST"],
        "operation_id": name,
        "summary": summary,
        "tags": [tag],
        "openapi_extra": {"requestBody": body, "parameters": ASKING},
        "responses": writes(),
        "response_class": Response,
    }
