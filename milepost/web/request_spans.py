"""Requests for commands as spans: how long each took to be answered, and what it was answered."""

from time import time_ns
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consumers.tracing.spans import Listener, Span
from milepost.log.command_outcome import KEY, CommandOutcome
from milepost.tracing.command_spans import Asking
from milepost.web.problems import Problem
from milepost.web.response_end import before_last

_ASKING = "milepost.asking"


def asking_of(request: HTTPConnection) -> Asking | None:
    """What is told of a request; None where nothing is."""
    return request.scope.get(_ASKING)


def tell_outcome(request: HTTPConnection, outcome: CommandOutcome) -> None:
    """Have the span say what the command was answered."""
    if asking := asking_of(request):
        asking.told["milepost.outcome"] = outcome.status


def tell_problem(request: HTTPConnection, problem: Problem) -> None:
    """Have the span say what kept the request from being carried out."""
    if asking := asking_of(request):
        asking.told["milepost.problem"] = problem.kind


class Traced:
    """ASGI middleware: records each request for a command as a span (OpenTelemetry's conventions for HTTP servers).

    The span is complete before the last byte of the answer is sent: whoever has the answer finds the span.
    """

    def __init__(self, app: ASGIApp, listener: Listener) -> None:
        self._app, self._listener = app, listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        asking = scope[_ASKING] = Asking(_caller(scope))
        status, recorded = 500, False

        async def record() -> None:
            nonlocal recorded
            if not recorded and "route" in scope:
                self._tell(scope, asking, status)
            recorded = True

        recording = before_last(send, record)

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await recording(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            await record()  # for an answer that was never completed

    def _tell(self, scope: Scope, asking: Asking, status: int) -> None:
        attributes = {**_asked(scope), "http.response.status_code": status, **asking.told}
        if failed := status >= 500:
            attributes["error.type"] = asking.told.get("milepost.problem", str(status))
        name = f"POST {scope['route'].path}"
        self._listener.tell(
            Span(name, "server", asking.trace, asking.began, time_ns(), attributes, asking.root, asking.link, failed)
        )


def _caller(scope: Scope) -> str | None:
    """Where the caller says that it comes from; who says it twice says nothing."""
    given = Headers(scope=scope).getlist("traceparent")
    return given[0] if len(given) == 1 else None


def _asked(scope: Scope) -> dict[str, Any]:
    """What was asked for. An address that names no key may hold anything, so it isn't told."""
    route, key = scope["route"].path, str(scope["path_params"].get("key", "")).lower()
    path = {"url.path": route.replace("{key}", key)} if KEY.fullmatch(key) else {}
    return {"http.request.method": "POST", "http.route": route, "url.scheme": scope["scheme"], **path}
