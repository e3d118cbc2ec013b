"""A sentence for people on what an event records. It is made when it is asked for and stored nowhere."""

from datetime import datetime
from functools import cache
from typing import cast

from domain.event import Event
from domain.values import Document, Fact, Money, Sealed

LONGEST_VALUE = 120
LONGEST_SENTENCE = 400
_LEFT_OUT = {"reason", "results", "evidence", "baselines", "assignment", "decision", "seen"}


def describe(event: Event) -> str:
    """The kind of an event as a title, followed by its fields: at most 400 characters, sealed texts stay sealed."""
    values = event.__dict__
    parts = [label + _plain(value) for name, label in _labels(type(event)) if _has_content(value := values[name])]
    sentence = f"{_title(event.kind)}: {', '.join(parts)}" if parts else _title(event.kind)
    return sentence if len(sentence) <= LONGEST_SENTENCE else sentence[: LONGEST_SENTENCE - 1] + "…"


def _has_content(value: object) -> bool:
    """Zero has content; an empty text, an absent value and False have none."""
    return bool(value) or type(value) is int


@cache
def _title(kind: str) -> str:
    """`Test run completed` for `test-run.completed/1`."""
    words = kind.partition("/")[0].replace("-", " ").replace(".", " ")
    return words[:1].upper() + words[1:]


@cache
def _labels(kind: type[Event]) -> tuple[tuple[str, str], ...]:
    """The fields of the sentence with their labels; a field that the title names has no label."""
    title = _title(kind.kind).lower()
    names = [name for name in kind.model_fields if name not in _LEFT_OUT and not name.endswith("_digest")]
    return tuple((name, "" if name.replace("_", " ") in title else f"{name.replace('_', ' ')} ") for name in names)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return _shorten(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, tuple):
        return _enumerate(cast("tuple[object, ...]", value))
    if isinstance(value, Fact) and not isinstance(value, Sealed):
        return _describe_fact(value)
    return "yes" if value is True else str(value)


def _shorten(text: str) -> str:
    if text.startswith("sha256:"):
        return f"{text[:15]}…"
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_VALUE else words[: LONGEST_VALUE - 1] + "…"


def _enumerate(values: tuple[object, ...]) -> str:
    first = " and ".join(_plain(value) for value in values[:3])
    return first if len(values) <= 3 else f"{first} and {len(values) - 3} more"


def _describe_fact(value: Fact) -> str:
    if isinstance(value, Document):
        return f"“{value.title}”"
    if isinstance(value, Money):
        return f"{value.amount} {value.currency}"
    fields = [f"{name.replace('_', ' ')} {_plain(v)}" for name, v in value.__dict__.items() if _has_content(v)]
    return f"({', '.join(fields[:8])})"
