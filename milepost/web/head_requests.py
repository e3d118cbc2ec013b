"""HEAD: every address that answers GET answers HEAD with the same status and headers (RFC 9110 §9.3.2)."""

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _Answered(OSError):
    """The status and headers are sent; the rest of the answer is not wanted."""


class HeadRequests:
    """ASGI middleware: answers HEAD as GET, without the content. A stream ends after its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})
            elif message.get("more_body"):
                raise _Answered

        try:
            await self._app({**scope, "method": "GET"}, receive, send_headers)
        except (_Answered, ClientDisconnect):
            return
