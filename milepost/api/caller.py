"""Who calls, and on which conditions: from headers alone, never from a body."""

import re
from dataclasses import dataclass

from starlette.requests import Request as HttpRequest

from milepost.problems import Problem

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_COMMAND_ID = re.compile(r"[\x21-\x7e]{1,200}")
ANONYMOUS = "anonymous"


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
    headers = request.headers
    return Caller(
        who=_name(headers.get("milepost-actor"), "Milepost-Actor") or ANONYMOUS,
        role=_name(headers.get("milepost-role"), "Milepost-Role"),
        command=_command_id(headers.get("idempotency-key"), "Idempotency-Key"),
        expected=_version(headers.get("if-match")),
        correlation=_command_id(headers.get("milepost-correlation"), "Milepost-Correlation"),
    )


def key_of(text: str, place: str = "key") -> str:
    """A key as it is stored: upper case is folded at the edge."""
    folded = text.lower()
    if not _KEY.fullmatch(folded):
        raise Problem(422, "invalid", "This is no key", f"{place}: a key is like pay-2: a-z, 0-9, then also . _ -")
    return folded


def _name(text: str | None, header: str) -> str | None:
    return key_of(text, header) if text else None


def _command_id(text: str | None, header: str) -> str | None:
    if text is not None and not _COMMAND_ID.fullmatch(text):
        raise Problem(400, "header", "A header can't be read", f"{header}: 1 to 200 visible ASCII characters")
    return text


def _version(text: str | None) -> int | None:
    if text is None or text == "*":
        return None
    digits = text.removeprefix("W/").strip('"')
    if not digits.isdecimal() or len(digits) > 15:
        raise Problem(400, "header", "A header can't be read", 'If-Match: a version like "12", as ETag gave it')
    return int(digits)
