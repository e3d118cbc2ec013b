"""Words: how values read on a page. Every function is a filter of the templates by its name."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

NONE = "–"
SECONDS = {"day": 86_400, "hour": 3_600, "minute": 60}
_ACRONYMS = {"rfc": "RFC", "it": "IT"}


def words(name: object) -> str:
    """A name of the program as words: `plan-approved` is `Plan approved`; what is missing is a dash."""
    if name is None or name == "":
        return NONE
    parts = [_ACRONYMS.get(part, part) for part in re.split(r"[-_ ]+", str(name))]
    return parts[0][:1].upper() + " ".join(parts)[1:]


def moment(at: datetime | str | None) -> Markup | str:
    """A moment to the minute, in UTC; the whole of it for machines."""
    found = _parsed(at)
    if found is None:
        return NONE
    return Markup('<time datetime="{}">{:%Y-%m-%d %H:%M}</time>').format(found.isoformat(), found)


def day(at: datetime | date | str | None) -> Markup | str:
    """The day of a moment, in UTC."""
    if isinstance(at, date) and not isinstance(at, datetime):
        return Markup('<time datetime="{0}">{0}</time>').format(at.isoformat())
    found = _parsed(at)
    if found is None:
        return NONE
    return Markup('<time datetime="{}">{:%Y-%m-%d}</time>').format(found.isoformat(), found)


def ago(at: datetime | str | None, now: datetime) -> str:
    """How long ago a moment is, or how far ahead, in its largest unit."""
    found = _parsed(at)
    if found is None:
        return NONE
    seconds = (now - found).total_seconds()
    if abs(seconds) < SECONDS["minute"]:
        return "now"
    return f"{lasting(seconds)} ago" if seconds > 0 else f"in {lasting(-seconds)}"


def lasting(seconds: float) -> str:
    """A duration in its largest unit."""
    for unit, length in SECONDS.items():
        number = int(seconds // length)
        if number:
            return f"{number:,} {unit}{'s' if number > 1 else ''}"
    return "under a minute"


def past(at: datetime | str | None, now: datetime) -> bool:
    """Whether a moment is over."""
    found = _parsed(at)
    return found is not None and found < now


def number(value: float | None, digits: int = 0) -> str:
    """A number for people; what could not be measured is a dash."""
    return NONE if value is None else f"{value:,.{digits}f}"


def count(many: int, thing: str) -> str:
    """How many of a thing: `1 return`, `2 returns`."""
    return f"{many:,} {thing}{'' if many == 1 else 's'}"


def share(part: int, whole: int) -> str:
    """A share in per cent; a share of nothing is a dash, never 0 %, and one of very little isn't nothing."""
    if not whole:
        return NONE
    return "under 1 %" if 0 < part < whole / 100 else f"{100 * part / whole:.0f} %"


def listed(names: Iterable[object]) -> str:
    """Names in a row."""
    return ", ".join(map(str, names)) or NONE


def kind(stored: str) -> str:
    """The kind of an event as words: `project.plan-approved/1` is `Project plan approved`."""
    return words(stored.partition("/")[0].replace(".", "-"))


def _parsed(at: Any) -> datetime | None:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


FILTERS: dict[str, Callable[..., Any]] = {
    filter_.__name__: filter_
    for filter_ in (words, moment, day, ago, lasting, past, number, count, share, listed, kind)
}
