"""The facts of a project: the surviving records of each kind and part, the newest last."""

from bisect import bisect_left
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import cast

from domain.event import E, Event, Recorded


class Facts:
    """Records by kind of event and by part (a risk, a defect, …), each identified by its version in the stream."""

    def __init__(self) -> None:
        self._kept: dict[type[Event], dict[str, list[Recorded]]] = {}
        self._parts: dict[int, tuple[type[Event], str]] = {}
        self._correctors: dict[type[Event], dict[str, int]] = {}

    def keep(self, part: str, recorded: Recorded) -> None:
        kind = type(recorded.event)
        self._kept.setdefault(kind, {}).setdefault(part, []).append(recorded)
        self._parts[recorded.version] = kind, part

    def correct(self, version: int, instead: Recorded | None, by: str = "", corrected_at: int = 0) -> None:
        """Replace the record at a version by another or by none; `by` and `corrected_at` identify the correction."""
        kind, part = self._parts[version]
        parts = self._kept[kind]
        then = (instead if record.version == version else record for record in parts[part])
        parts[part] = [record for record in then if record]
        if not parts[part]:
            del parts[part]
        self._correctors.setdefault(kind, {})[by] = corrected_at

    def correctors(self, kind: type[Event]) -> dict[str, int]:
        """Who corrected or retracted facts of a kind, and at which version last."""
        return self._correctors.get(kind, {})

    @contextmanager
    def without(self, version: int) -> Generator[None]:
        """Hide one record for the duration of the context."""
        kind, part = self._parts[version]
        parts = self._kept[kind]
        records = parts[part]
        parts[part] = [record for record in records if record.version != version]
        try:
            yield
        finally:
            parts[part] = records

    def at(self, version: int) -> Recorded | None:
        """The fact at a version, as last corrected; None if there is none."""
        kind, part = self._parts.get(version, (Event, ""))
        records = self._kept.get(kind, {}).get(part, [])
        at = _index(records, version)
        return records[at] if at is not None else None

    def latest(self, kind: type[E], part: str = "") -> "Recorded[E] | None":
        records = self._kept.get(kind, {}).get(part)
        return cast("Recorded[E]", records[-1]) if records else None

    def parts(self, kind: type[E]) -> "dict[str, Recorded[E]]":
        """The newest record of each part."""
        return {part: cast("Recorded[E]", records[-1]) for part, records in self._kept.get(kind, {}).items() if records}

    def newest(self, kind: type[E]) -> "Recorded[E] | None":
        """The newest record of a kind, whatever its part."""
        return max(self.parts(kind).values(), key=lambda record: record.version, default=None)

    def history(self, kind: type[E], part: str | None = None) -> "list[Recorded[E]]":
        """Every surviving record of a kind (of one part where it is named), oldest first."""
        parts = self._kept.get(kind, {})
        chosen = [parts.get(part, [])] if part is not None else list(parts.values())
        found = sorted(chain.from_iterable(chosen), key=lambda record: record.version)
        return cast("list[Recorded[E]]", found)

    def kinds(self) -> Iterator[type[Event]]:
        return iter(self._kept)


def _index(records: list[Recorded], version: int) -> int | None:
    """The index of a version in a part's history, which is in the order of versions unless it was folded by time."""
    at = bisect_left(records, version, key=lambda record: record.version)
    if at < len(records) and records[at].version == version:
        return at
    return next((index for index, record in enumerate(records) if record.version == version), None)
