"""The past of a project as its source told it so far, and what one field says now instead."""

from collections import Counter
from dataclasses import dataclass, field

from milepost.imports.lines import SourceLine, Value
from milepost.imports.mapping import FieldRule


@dataclass
class Past:
    """What a project's fields said last, as they are meant, and how often what was counted came."""

    values: dict[str, Value] = field(default_factory=dict[str, Value])
    came: Counter[str] = field(default_factory=Counter[str])
    seen: bool = False


@dataclass(frozen=True)
class Change:
    """One field that says something else now."""

    line: SourceLine
    rule: FieldRule
    was: Value
    becomes: Value
