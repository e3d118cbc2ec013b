"""The guard at the door: which hosts are answered, who may write from a browser, and what a page may load."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from milepost.web.problems import Problem

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_SAFE = ("GET", "HEAD", "OPTIONS")


class Guard:
    """ASGI middleware: refuses foreign hosts (DNS rebinding) and writes from foreign pages, adds the safe headers."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refused(Request(scope))
        if refused:
            await refused.response()(scope, receive, _with_headers(send))
            return
        await self._app(scope, receive, _with_headers(send))

    def _refused(self, request: Request) -> Problem | None:
        host = _name(request.headers.get("host", ""))
        if host not in self._hosts:
            return Problem(
                421, "host", "This host is not served here", f"ask for one of {', '.join(sorted(self._hosts))}"
            )
        if request.method not in _SAFE and _foreign(request):
            return Problem(
                403, "origin", "Writes come from the service's own pages", "a page of another origin sent this"
            )
        return None


def _foreign(request: Request) -> bool:
    """Whether a browser says that another site sends this (Fetch Metadata; Origin)."""
    site = request.headers.get("sec-fetch-site", "none")
    origin = request.headers.get("origin")
    elsewhere = origin is not None and _authority(origin) != request.headers.get("host")
    return site not in ("none", "same-origin") or elsewhere


def _authority(origin: str) -> str | None:
    """Host and port of an Origin header; None for what is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    name, _, port = host.lower().rpartition(":")
    return name if port.isdecimal() else host.lower()


def _with_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message.setdefault("headers", []).extend(_RAW)
        await send(message)

    return sending
