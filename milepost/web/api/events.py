"""Events over HTTP as they happen: server-sent events, replayed from the log, then told as it grows.

The id of each is its position in the log, so `Last-Event-ID` goes on where a connection broke off (HTML, §9.2).
"""

import re
from asyncio import to_thread
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import orjson
import psycopg
from fastapi import APIRouter, Query
from psycopg_pool import PoolTimeout
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from domain.lifecycle import Phase
from milepost.app.service import Service
from milepost.contract.cdevents import cdevent_of
from milepost.log.event_selection import EventSelection, NoSuchKind, select_events
from milepost.log.stored_event import LogEntry
from milepost.log.tail import LogTail
from milepost.web.api.parameters import AfterPosition, KeyFilter
from milepost.web.openapi import TEXT, problems
from milepost.web.problems import Problem
from milepost.web.response_end import before_last
from milepost.web.strict_route import strict_router

MOST_FOLLOWERS = 200
HEARTBEAT_SECONDS = 15.0
RETRY = b"retry: 2000\n\n"
RESUMED = "Last-Event-ID"
Kinds = Annotated[list[str] | None, Query(max_length=200, description="A kind, like risk.assessed/1 or risk.assessed.")]
Form = Annotated[Literal["cloudevents", "cdevents"], Query(description="As what each event is told.")]
InPhase = Annotated[Phase | None, Query(description="Kinds that tell of this phase's work, and its milestone.")]


class EventStream(StreamingResponse):
    """Server-sent events to one follower, who is counted from before the first byte until before the last.

    Raises `Problem` when it is called where the process has as many followers as it may have: nothing else runs between
    that question and the count.
    """

    media_type = "text/event-stream"

    def __init__(self, content: AsyncGenerator[bytes], tail: LogTail) -> None:
        super().__init__(content, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._tail = tail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._tail.followers >= MOST_FOLLOWERS:
            raise Problem(503, "crowded", "Too many listen", f"at most {MOST_FOLLOWERS} at a time: ask again later")
        async with AsyncExitStack() as following:
            await following.enter_async_context(self._tail.followed())
            await super().__call__(scope, receive, before_last(send, following.aclose))


STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "CloudEvents, each with its position as id",
        "content": {"text/event-stream": {"schema": TEXT}},
    },
    **problems(422),
}
HEADER = {"name": RESUMED, "in": "header", "schema": TEXT, "description": "The id of the event that came last."}


def event_routes(service: Service) -> APIRouter:
    """The route that tells events as they happen."""
    router = strict_router("events")

    @router.get(
        "/v1/events",
        responses=STREAM,
        status_code=200,  # FastAPI reads it from the signature of a response class, and EventStream has another
        response_class=EventStream,
        summary="Every event as it happens, told from the log, as server-sent events",
        openapi_extra={"parameters": [HEADER]},
    )
    async def events(
        request: Request,
        project: KeyFilter = None,
        kind: Kinds = None,
        phase: InPhase = None,
        after: AfterPosition = 0,
        form: Form = "cloudevents",
    ) -> EventStream:
        head = await to_thread(service.log.position)
        telling = _Telling(service, _wanted(project, kind or [], phase), _FORMS[form])
        told = telling.told(request.headers.get(RESUMED) or str(after), head)
        return EventStream(told, service.tail)

    return router


def _wanted(project: str | None, kinds: list[str], phase: Phase | None) -> EventSelection:
    try:
        return select_events(project, kinds, phase)
    except NoSuchKind as error:
        raise Problem(422, "invalid", "There is no such kind", f"kind: {error}") from error


@dataclass(frozen=True)
class _Telling:
    """What one subscriber is told."""

    service: Service
    wanted: EventSelection
    form: Callable[[bytes], bytes]

    async def told(self, begin: str, head: int) -> AsyncGenerator[bytes]:
        """Everything behind a position, for ever; ends where the database does, and the subscriber comes again."""
        yield RETRY
        position = int(begin) if _POSITION.fullmatch(begin) else -1
        if not 0 <= position <= head:
            position = 0
            yield _reset(begin, head)
        try:
            while not self.service.tail.ended:
                if position < head:
                    events, position = await to_thread(self.wanted.next, self.service.log, position, head)
                    if events:
                        yield b"".join(_event(stored, self.form(stored.data)) for stored in events)
                else:
                    head = await self.service.tail.grown(position, HEARTBEAT_SECONDS)
                    if head <= position:
                        yield b":\nid: %d\n\n" % position
        except (psycopg.Error, PoolTimeout):
            return


def _as_cdevent(data: bytes) -> bytes:
    """The view; what is no event is told as it is stored."""
    try:
        return orjson.dumps(cdevent_of(data))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, IndexError):
        return data


_POSITION = re.compile("[0-9]{1,16}")
_FORMS: dict[str, Callable[[bytes], bytes]] = {
    "cloudevents": lambda data: data,
    "cdevents": _as_cdevent,
}


def _event(stored: LogEntry, told: bytes) -> bytes:
    """An event with its position; what is none of this release may hold line feeds, which a reader puts back."""
    return b"id: %d\ndata: %s\n\n" % (stored.position, told.replace(b"\n", b"\ndata: "))


def _reset(begin: str, head: int) -> bytes:
    """Tell that the id is none of this log: what is known of it elsewhere is of another, and all is told from 1."""
    why = f"this log has no position {begin[:40]}: it ends at {head}. Forget what you have, it comes again from 1"
    return b"event: reset\nid: 0\ndata: %s\n\n" % orjson.dumps({"why": why, "oldest": 1, "head": head})
