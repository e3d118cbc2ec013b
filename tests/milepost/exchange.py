"""An exchange with the application without a server between: what holds at each message that it sends."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
from starlette.types import ASGIApp, Message

T = TypeVar("T")


class Sent(NamedTuple, Generic[T]):
    """A message as the server would get it, and what a look elsewhere showed at that moment."""

    message: Message
    seen: T

    @property
    def is_last(self) -> bool:
        return self.message["type"] == "http.response.body" and not self.message.get("more_body", False)


async def exchange(
    app: ASGIApp, method: str, path: str, look: Callable[[Message], T], body: Any = None, **headers: str
) -> list[Sent[T]]:
    """All messages that answer a request by a client that stays until the end."""
    sent: list[Sent[T]] = []
    waiting = [{"type": "http.request", "body": b"" if body is None else orjson.dumps(body), "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(Sent(message, look(message)))
        await asyncio.sleep(0)

    await app(_scope(method, path, {"host": "localhost", **headers}), receive, send)
    return sent


def _scope(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
