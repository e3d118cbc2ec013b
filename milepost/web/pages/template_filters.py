"""Template filters: how values are written on a page. Each public function is a filter of its own name."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

NONE = "–"
SECONDS = {"day": 86_400, "hour": 3_600, "minute": 60}
_DIRECTION = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # Unicode UAX 9, table 4
_ACRONYMS = {"rfc": "RFC", "it": "IT"}


def words(name: object) -> str:
    """An identifier as words: `plan-approved` is `Plan approved`; None and empty are a dash."""
    if name is None or name == "":
        return NONE
    parts = [_ACRONYMS.get(part, part) for part in re.split(r"[-_ ]+", str(name))]
    return parts[0][:1].upper() + " ".join(parts)[1:]


def moment(at: datetime | str | None) -> Markup | str:
    """A time to the minute, in UTC, as a `time` element with the full time."""
    parsed = _parse(at)
    if parsed is None:
        return NONE
    return Markup('<time datetime="{}">{:%Y-%m-%d %H:%M}</time>').format(parsed.isoformat(), parsed)


def day(at: datetime | date | str | None) -> Markup | str:
    """The date of a time, in UTC."""
    if isinstance(at, date) and not isinstance(at, datetime):
        return Markup('<time datetime="{0}">{0}</time>').format(at.isoformat())
    parsed = _parse(at)
    if parsed is None:
        return NONE
    return Markup('<time datetime="{}">{:%Y-%m-%d}</time>').format(parsed.isoformat(), parsed)


def ago(at: datetime | str | None, now: datetime) -> str:
    """The time since or until a moment, in its largest unit."""
    parsed = _parse(at)
    if parsed is None:
        return NONE
    seconds = (now - parsed).total_seconds()
    if abs(seconds) < SECONDS["minute"]:
        return "now"
    return f"{duration(seconds)} ago" if seconds > 0 else f"in {duration(-seconds)}"


def duration(seconds: float) -> str:
    """A duration in its largest unit."""
    for unit, length in SECONDS.items():
        number = int(seconds // length)
        if number:
            return f"{number:,} {unit}{'s' if number > 1 else ''}"
    return "under a minute"


def is_past(at: datetime | str | None, now: datetime) -> bool:
    """Whether a time is before now."""
    parsed = _parse(at)
    return parsed is not None and parsed < now


def number(value: float | None, digits: int = 0) -> str:
    """A number with thousands separators; None is a dash."""
    return NONE if value is None else f"{value:,.{digits}f}"


def count(quantity: int, noun: str) -> str:
    """A number with its noun: `1 return`, `2 returns`."""
    return f"{quantity:,} {noun}{'' if quantity == 1 else 's'}"


def share(part: int, whole: int) -> str:
    """A share in per cent. A share of nothing is a dash, and a share below 1 % is never written as 0 %."""
    if not whole:
        return NONE
    return "under 1 %" if 0 < part < whole / 100 else f"{100 * part / whole:.0f} %"


def comma_separated(names: Iterable[object]) -> str:
    """Names as a comma-separated list."""
    return ", ".join(map(str, names)) or NONE


def kind(stored: str) -> str:
    """The kind of an event as words: `project.plan-approved/1` is `Project plan approved`."""
    return words(stored.partition("/")[0].replace(".", "-"))


def without_direction(text: str) -> str:
    """A text without direction controls, for places that HTML can't isolate, like the title of the document."""
    return "".join(character for character in text if unicodedata.bidirectional(character) not in _DIRECTION)


def _parse(at: Any) -> datetime | None:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


FILTERS: dict[str, Callable[..., Any]] = {
    filter_.__name__: filter_
    for filter_ in (
        words,
        moment,
        day,
        ago,
        duration,
        is_past,
        number,
        count,
        share,
        comma_separated,
        kind,
        without_direction,
    )
}
