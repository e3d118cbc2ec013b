"""The mapping: how the lines of one source become facts and milestones, as data (docs/import.md)."""

import hashlib
import re
import tomllib
from collections.abc import Mapping as Names
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.lifecycle import Gate, Phase, ProjectKind
from domain.policy.policy import Policy
from domain.portfolio.coverage import SourceAnswer
from domain.portfolio.pauses import CancelCause, HoldCause
from domain.values import Key, Name, Role
from milepost.policies import policy_from


class Unmappable(ValueError):
    """The mapping itself is wrong. Names the file, the place and what is expected there."""


class Rules(BaseModel):
    """A part of a mapping; a name that it doesn't know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Columns(Rules):
    """What the source calls the project, the moment, the unit of change, the field, and its value before and after."""

    project: str = "project"
    at: str = "at"
    unit: str = "unit"
    field: str = "field"
    was: str | None = "was"
    becomes: str = "becomes"


class Csv(Rules):
    """How a CSV file parts its cells, and the items of a list within one."""

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    lists: str = ";"


class Projects(Rules):
    """Which projects there are: the group of `pattern`, after `prefix`, is the key; the rest is the same for all."""

    pattern: str
    prefix: str = ""
    skip: Names[str, str] = {}
    kind: ProjectKind
    customer: Key
    portfolio: Key = "main"
    service: Key = "unknown"
    requester: Key = "unknown"


class Time(Rules):
    """When a moment is only the latest one: a first unit so many days after `began`, or many projects `together`."""

    began: str | None = None
    late_after_days: int = 90
    together: int | None = None


class Targets(Rules):
    """How a target release is read: groups of `pattern` are its numbers; `released` says when each came out."""

    pattern: str = r"v?(\d+)\.(\d+)(?:\.\d+)?"
    name: str = "v{}.{}"
    released: Names[str, date] = {}


class InForce(Rules):
    """Since which target release a control's rule holds; per gate the field of its target, else that of `otherwise`."""

    control: Key
    since: str
    gates: Names[Gate, str]
    otherwise: str | None = None


class Statement(Rules):
    """What is stated of a control or a gate with a word, when another field has one of these values ("" for none)."""

    subject: Key
    gate: Gate | None = None
    answer: SourceAnswer
    explanation: str
    when: Names[str, tuple[str, ...]] = {}


class Word(Rules):
    """What it means that a field says this; `after` limits its milestone to these values before ("" for none)."""

    word: str
    reaches: Gate | None = None
    after: tuple[str, ...] | None = None
    internal_release: Key | None = None
    pilot: Key | None = None
    holds: HoldCause | None = None
    cancels: CancelCause | None = None
    noted: bool = False
    states: tuple[Statement, ...] = ()


class Back(Rules):
    """A move backwards: what it returns to or reverses; `target` names the fields that say when it had taken effect."""

    after: tuple[str, ...]
    to: str
    returns: Phase | None = None
    reverses: Gate | None = None
    target: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> "Back":
        if (self.returns is None) == (self.reverses is None):
            raise ValueError("a move backwards either returns to a phase or reverses a gate")
        return self


Meaning = Literal[
    "title", "service", "began", "role", "features", "link", "target", "aim", "signoff", "state", "note", "skip"
]


class FieldRule(Rules):
    """What one field of the source means; the other settings belong to some meanings only."""

    means: Meaning
    role: Role | None = None
    relation: Literal["replaces", "replaced-by"] | None = None
    gate: Gate | None = None
    because: str = ""
    aliases: Names[str, str] = {}
    refuse: Names[str, str] = {}
    words: tuple[Word, ...] = ()
    back: tuple[Back, ...] = ()

    @model_validator(mode="after")
    def _says_all(self) -> "FieldRule":
        needed = {
            "role": ("role",),
            "link": ("relation",),
            "target": ("gate",),
            "signoff": ("gate", "role"),
            "state": ("words",),
            "skip": ("because",),
        }
        missing = [name for name in needed.get(self.means, ()) if not getattr(self, name)]
        if missing:
            raise ValueError(f"a field that means {self.means} also says {' and '.join(missing)}")
        return self

    def word(self, value: str) -> Word | None:
        return next((word for word in self.words if word.word == value), None)

    def way_back(self, was: object, becomes: object) -> Back | None:
        return next((back for back in self.back if was in back.after and becomes == back.to), None)


class Mapping(Rules):
    """How one source is read. The order of `fields` is their order within a unit."""

    name: Key
    source: Name
    policy: str
    available_facts: tuple[Name, ...] = ()
    missing_facts: tuple[Name, ...] = ()
    format: Literal["jsonl", "csv"] | None = None
    columns: Columns = Columns()
    csv: Csv = Csv()
    project: Projects
    time: Time = Time()
    people: str = r".+"
    targets: Targets = Targets()
    in_force: tuple[InForce, ...] = ()
    fields: Names[str, FieldRule]
    digest: str = ""
    rules: Policy | None = None

    @property
    def origin(self) -> str:
        return f"import:{self.name}"

    @property
    def key_pattern(self) -> re.Pattern[str]:
        return re.compile(self.project.pattern)

    @property
    def target_pattern(self) -> re.Pattern[str]:
        return re.compile(self.targets.pattern)

    @property
    def people_pattern(self) -> re.Pattern[str]:
        return re.compile(self.people)

    def target(self, text: str) -> str | None:
        """The release that a text aims at, by its one name; None where it can't be read."""
        found = self.target_pattern.fullmatch(text)
        return self.targets.name.format(*found.groups()) if found else None

    def order(self, target: str) -> tuple[int, ...]:
        """Where a release stands among others."""
        found = self.target_pattern.fullmatch(target)
        return tuple(int(number) for number in found.groups()) if found else ()


def mapping_from(path: Path) -> Mapping:
    """The mapping in a TOML file, with the policy beside it. Raises `Unmappable`."""
    try:
        data = path.read_bytes()
        read = Mapping.model_validate(tomllib.loads(data.decode("utf-8")))
        for pattern in (read.project.pattern, read.people, read.targets.pattern):
            re.compile(pattern)
        policy = policy_from(path.parent / read.policy)
    except ValidationError as error:
        first = error.errors()[0]
        raise Unmappable(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, re.error) as error:
        raise Unmappable(f"{path}: {error}") from error
    if not policy.observed_only:
        raise Unmappable(f"{read.policy}: observed_only: an import is held to a policy that only observes, set it true")
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return read.model_copy(update={"digest": digest, "rules": policy})
