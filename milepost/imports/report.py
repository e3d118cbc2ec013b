"""The account of an import: what became of every line, and why."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Fate = Literal["applied", "no_effect", "skipped", "refused"]
FATES: tuple[Fate, ...] = ("applied", "no_effect", "skipped", "refused")


@dataclass
class ImportReport:
    """Each line by its number with its fate and the reason; `remarks` are of lines that were applied all the same."""

    lines: dict[int, tuple[Fate, str]] = field(default_factory=dict[int, tuple[Fate, str]])
    remarks: dict[str, set[int]] = field(default_factory=lambda: defaultdict[str, set[int]](set))

    def settle(self, fate: Fate, reason: str, *numbers: int) -> None:
        """Say what became of these lines; what is said last holds."""
        for number in numbers:
            self.lines[number] = fate, reason

    def remark(self, reason: str, number: int) -> None:
        self.remarks[reason].add(number)

    def count(self, fate: Fate) -> int:
        return sum(known == fate for known, _ in self.lines.values())

    def applied(self, numbers: Iterable[int]) -> list[int]:
        """Those of these lines that nothing speaks against."""
        return [number for number in numbers if self.lines.get(number, ("applied", ""))[0] == "applied"]

    def reasons(self, fate: Fate) -> dict[str, list[int]]:
        """Why lines met this fate, most frequent first, each with the numbers of its lines."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, (known, reason) in sorted(self.lines.items()):
            if known == fate:
                found[reason].append(number)
        return dict(sorted(found.items(), key=lambda entry: -len(entry[1])))
