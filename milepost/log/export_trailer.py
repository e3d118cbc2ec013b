"""The tally: what a trailer says of the lines before it, counted in the same way by who writes and by who verifies."""

import hashlib
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson

from domain.ledger.tree import Tree, leaf


@dataclass
class ExportSummary:
    """Counts, digest and Merkle root of exported lines; which log they are of is told from outside."""

    log: str | None = None
    name: str | None = None
    generation: int | None = None
    count: int = 0
    outcomes: int = 0
    categories: Counter[str] = field(default_factory=Counter[str])
    tree: Tree = field(default_factory=Tree)
    _lines: Any = field(default_factory=hashlib.sha256)

    def event(self, category: str, data: bytes) -> bytes:
        """Count an event; its line."""
        self.count += 1
        self.categories[category] += 1
        self.tree.append(leaf(data))
        return self._line(data)

    def outcome(self, data: bytes) -> bytes:
        """Count a command's outcome; its line."""
        self.outcomes += 1
        return self._line(data)

    def _line(self, data: bytes) -> bytes:
        line = data + b"\n"
        self._lines.update(line)
        return line

    def summary(self) -> dict[str, Any]:
        """The trailer's content; the root is written as in a checkpoint of this size (base64)."""
        return {
            "log": self.log,
            "name": self.name,
            "generation": self.generation,
            "first": min(1, self.count),
            "last": self.count,
            "count": self.count,
            "outcomes": self.outcomes,
            "categories": dict(self.categories),
            "sha256": self._lines.hexdigest(),
            "root": b64encode(self.tree.root).decode(),
        }

    def trailer(self) -> bytes:
        """The last line: an object that can't be an event."""
        return orjson.dumps({"trailer": self.summary()}, option=orjson.OPT_SORT_KEYS) + b"\n"
