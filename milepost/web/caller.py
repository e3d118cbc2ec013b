"""Who calls, and on which conditions: from headers alone, never from a body."""

import re
from dataclasses import dataclass

from starlette.requests import Request as HttpRequest

from milepost.log.command_outcome import KEY
from milepost.log.preconditions import InvalidEntityTags, Precondition, Tags
from milepost.web.problems import Problem

_COMMAND_ID = re.compile(r"[\x21-\x7e]{1,200}")
ANONYMOUS = "anonymous"
ACTOR, ROLE, CORRELATION = "Milepost-Actor", "Milepost-Role", "Milepost-Correlation"
COMMAND_ID, EXPECTED, UNEXPECTED = "Idempotency-Key", "If-Match", "If-None-Match"


@dataclass(frozen=True)
class Caller:
    """Who says to be calling, in which role. In local mode nobody is authenticated."""

    who: str
    role: str | None
    command: str | None
    expected: Precondition
    correlation: str | None


def caller_of(request: HttpRequest) -> Caller:
    """The caller by its headers: actor, role, idempotency key, preconditions and correlation."""
    return Caller(
        who=_name(request, ACTOR) or ANONYMOUS,
        role=_name(request, ROLE),
        command=_command_id(request, COMMAND_ID),
        expected=Precondition(tags_in(request, EXPECTED), tags_in(request, UNEXPECTED)),
        correlation=_command_id(request, CORRELATION),
    )


def key_of(text: str, place: str = "key") -> str:
    """A key as it is stored: upper case is folded at the edge."""
    folded = text.lower()
    if not KEY.fullmatch(folded):
        raise Problem(422, "invalid", "This is no key", f"{place}: a key is like pay-2: a-z, 0-9, then also . _ -")
    return folded


def known_key(text: str) -> str:
    """The key of something that is asked about. Raises a problem 404 for what can be no key: nothing has it."""
    folded = text.lower()
    if not KEY.fullmatch(folded):
        raise Problem(404, "unknown", "There is no such thing", "key: a key is like pay-2: a-z, 0-9, then also . _ -")
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


def tags_in(request: HttpRequest, header: str) -> Tags | None:
    """The entity tags of If-Match or If-None-Match; None without the header, whose lines are one list."""
    lines = request.headers.getlist(header)
    try:
        return Tags.read(", ".join(lines)) if lines else None
    except InvalidEntityTags as error:
        raise _unreadable(f"{header}: {error}") from error


def _unreadable(detail: str) -> Problem:
    return Problem(400, "header", "A header can't be read", detail)
