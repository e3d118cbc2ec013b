"""Preconditions: at which versions of a stream a request holds (RFC 9110 §13.1)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

ANY = "*"
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t]*(?:,[ \t]*)*{_TAG}[ \t]*(?:,[ \t]*(?:{_TAG}[ \t]*)?)*")
_VERSION = re.compile(r'"(0|[1-9][0-9]{0,15})"')


class InvalidEntityTags(ValueError):
    """This is no list of entity tags."""


@dataclass(frozen=True, slots=True)
class Tags:
    """The entity tags of a header: versions of a stream, or `*`, which stands for every version that there is.

    A tag that is no version of a stream matches nothing.
    """

    strong: frozenset[int] = frozenset()
    weak: frozenset[int] = frozenset()
    every: bool = False

    @classmethod
    def read(cls, text: str) -> "Tags":
        """The tags in the text of a header. Raises `InvalidEntityTags`."""
        if text.strip() == ANY:
            return cls(every=True)
        if not _LIST.fullmatch(text):
            raise InvalidEntityTags('expected * or versions as ETag gave them, like "12", "13"')
        tags: list[str] = re.findall(_TAG, text)
        weak = [tag.removeprefix("W/") for tag in tags if tag.startswith("W/")]
        return cls(_versions(tag for tag in tags if not tag.startswith("W/")), _versions(weak))

    @property
    def canonical(self) -> list[int] | str:
        """The same for the same versions, in JSON: as the header that they are in compares them."""
        return ANY if self.every else sorted(self.strong | self.weak)

    def has(self, version: int, *, weakly: bool = False) -> bool:
        """Whether a version is among them, by strong comparison or by weak comparison (RFC 9110 §8.8.3.2)."""
        return (self.every and version > 0) or version in self.strong or (weakly and version in self.weak)


def _versions(tags: Iterable[str]) -> frozenset[int]:
    return frozenset(int(found[1]) for tag in tags if (found := _VERSION.fullmatch(tag)))


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must hold of a stream's version: `match` names it, and `none_match` does not."""

    match: Tags | None = None
    none_match: Tags | None = None

    @classmethod
    def at(cls, version: int) -> "Precondition":
        """The stream is at this version; 0 where it does not exist."""
        return cls(Tags(frozenset([version])))

    def holds(self, version: int) -> bool:
        if self.match and not self.match.has(version):
            return False
        return self.none_match is None or not self.none_match.has(version, weakly=True)

    @property
    def canonical(self) -> list[list[int] | str | None] | None:
        """The same for the same condition, in JSON; None where there is no condition."""
        if self == UNCONDITIONAL:
            return None
        return [tags.canonical if tags else None for tags in (self.match, self.none_match)]

    def refusal(self, stream: str, version: int) -> str:
        """Why it does not hold at this version, and what to do."""
        now = f"{stream} is at version {version}" if version else f"{stream} does not exist"
        if self.match and not self.match.has(version):
            wanted = " or ".join(map(str, sorted(self.match.strong)))
            return f"{now} and not {wanted}: read it again, then decide" if wanted else f"{now}: If-Match does not hold"
        return f"{now}: If-None-Match does not hold"


UNCONDITIONAL = Precondition()
