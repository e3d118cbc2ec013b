"""Who calls, and on which conditions: from headers alone, never from a body."""

import re
from dataclasses import dataclass

from starlette.requests import Request as HttpRequest

from milepost.log.command_outcome import KEY
from milepost.web.problems import Problem

_VERSION = re.compile(r'(?:W/)?"?([0-9]{1,15})"?')
_COMMAND_ID = re.compile(r"[\x21-\x7e]{1,200}")
ANONYMOUS = "anonymous"
ACTOR, ROLE, CORRELATION = "Milepost-Actor", "Milepost-Role", "Milepost-Correlation"
COMMAND_ID, EXPECTED = "Idempotency-Key", "If-Match"


@dataclass(frozen=True)
class Caller:
    """Who says to be calling, in which role. In local mode nobody is authenticated."""

    who: str
    role: str | None
    command: str | None
    expected: int | None
    correlation: str | None


def caller_of(request: HttpRequest) -> Caller:
    """The caller by the headers Milepost-Actor, Milepost-Role, Idempotency-Key, If-Match and Milepost-Correlation."""
    return Caller(
        who=_name(request, ACTOR) or ANONYMOUS,
        role=_name(request, ROLE),
        command=_command_id(request, COMMAND_ID),
        expected=_version(_one(request, EXPECTED)),
        correlation=_command_id(request, CORRELATION),
    )


def key_of(text: str, place: str = "key") -> str:
    """A key as it is stored: upper case is folded at the edge."""
    folded = text.lower()
    if not KEY.fullmatch(folded):
        raise Problem(422, "invalid", "This is no key", f"{place}: a key is like pay-2: a-z, 0-9, then also . _ -")
    return folded


def _one(request: HttpRequest, header: str) -> str | None:
    given = request.headers.getlist(header)
    if len(given) > 1:
        raise _unreadable(f"{header}: it is given {len(given)} times, which is meant?")
    return given[0] if given else None


def _name(request: HttpRequest, header: str) -> str | None:
    text = _one(request, header)
    return key_of(text, header) if text else None


def _command_id(request: HttpRequest, header: str) -> str | None:
    text = _one(request, header)
    if text is not None and not _COMMAND_ID.fullmatch(text):
        raise _unreadable(f"{header}: 1 to 200 visible ASCII characters")
    return text


def _version(text: str | None) -> int | None:
    if text is None:
        return None
    found = _VERSION.fullmatch(text)
    if not found:
        raise _unreadable(f'{EXPECTED}: a version like "12", as ETag gave it')
    return int(found[1])


def _unreadable(detail: str) -> Problem:
    return Problem(400, "header", "A header can't be read", detail)
