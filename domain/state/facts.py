"""The facts of a project: of each kind and part the records that survive, the newest last."""

from bisect import insort
from collections.abc import Iterator
from typing import cast

from domain.event import E, Event, Recorded


class Facts:
    """Records by kind of event and by part (a risk, a defect, …); the place of each is its version in the stream."""

    def __init__(self) -> None:
        self._kept: dict[type[Event], dict[str, list[Recorded]]] = {}
        self._parts: dict[int, tuple[type[Event], str]] = {}

    def keep(self, part: str, recorded: Recorded) -> None:
        kind = type(recorded.event)
        self._kept.setdefault(kind, {}).setdefault(part, []).append(recorded)
        self._parts[recorded.version] = kind, part

    def correct(self, version: int, instead: Recorded | None) -> None:
        """Let another record stand in the place of one, or none."""
        kind, part = self._parts[version]
        records = self._kept[kind][part]
        at = next(index for index, record in enumerate(records) if record.version == version)
        records[at : at + 1] = [] if instead is None else [instead]
        if not records:
            del self._kept[kind][part]

    def at(self, version: int) -> Recorded | None:
        """The fact that stands at a version, as it was last corrected."""
        kind, part = self._parts.get(version, (Event, ""))
        return next((r for r in self._kept.get(kind, {}).get(part, ()) if r.version == version), None)

    def latest(self, kind: type[E], part: str = "") -> "Recorded[E] | None":
        records = self._kept.get(kind, {}).get(part)
        return cast("Recorded[E]", records[-1]) if records else None

    def parts(self, kind: type[E]) -> "dict[str, Recorded[E]]":
        """Of each part the newest record."""
        return {part: cast("Recorded[E]", records[-1]) for part, records in self._kept.get(kind, {}).items()}

    def newest(self, kind: type[E]) -> "Recorded[E] | None":
        """The newest record of a kind, whatever its part."""
        return max(self.parts(kind).values(), key=lambda record: record.version, default=None)

    def history(self, kind: type[E], part: str | None = None) -> "list[Recorded[E]]":
        """Every surviving record of a kind (of one part where it is named), oldest first."""
        parts = self._kept.get(kind, {})
        chosen = [parts.get(part, [])] if part is not None else list(parts.values())
        found: list[Recorded] = []
        for records in chosen:
            for record in records:
                insort(found, record, key=lambda known: known.version)
        return cast("list[Recorded[E]]", found)

    def kinds(self) -> Iterator[type[Event]]:
        return iter(self._kept)
