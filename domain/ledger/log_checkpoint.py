"""The checkpoint: what a log says of itself at one size, as text that can be kept, compared and signed.

C2SP tlog-checkpoint v1.0.0 (https://c2sp.org/tlog-checkpoint): the note text only. A signed note is this text, an
empty line, and signature lines (https://c2sp.org/signed-note).
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

from domain.ledger.tree import EMPTY

LARGEST = 2**63 - 1
"""The largest size: what a signed 64-bit integer holds, in a database as in other verifiers."""

# Signed notes are UTF-8 without control characters; the origin is also the name of the signing key.
_ORIGIN = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")
_EXTENSION = re.compile(r"[^\x00-\x1f\ud800-\udfff]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class Malformed(ValueError):
    """This is no checkpoint: says in a sentence which line, what was expected there and what was found."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The root over the first `size` entries of the log called `origin`: 32 bytes, and none but EMPTY at size 0.

    Stricter than C2SP in the origin, which has neither spaces nor plus signs, as it names the key that will sign.
    Extension lines are allowed, and opaque. Malformed if any part can't stand in a checkpoint.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _ORIGIN.fullmatch(self.origin):
            raise Malformed(f"line 1: expected an origin without spaces or plus signs, found {self.origin!r}")
        if not 0 <= self.size <= LARGEST:
            raise Malformed(f"line 2: expected a size from 0 to {LARGEST}, found {self.size}")
        if len(self.root) != len(EMPTY):
            raise Malformed(f"line 3: expected a root of {len(EMPTY)} bytes, found {len(self.root)}")
        if self.size == 0 and self.root != EMPTY:
            raise Malformed(f"line 3: expected {_base64(EMPTY)}, the root over nothing, found {_base64(self.root)}")
        for number, line in enumerate(self.extensions, 4):
            if not _EXTENSION.fullmatch(line):
                raise Malformed(f"line {number}: expected a line with text and no controls, found {line!r}")

    def render(self) -> bytes:
        """The note text, with its last newline: the bytes that a signature covers."""
        lines = (self.origin, str(self.size), _base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines).encode()


def parse(text: bytes) -> Checkpoint:
    """The checkpoint that renders to exactly these bytes; Malformed if there is none."""
    try:
        *lines, rest = text.decode().split("\n")
    except UnicodeDecodeError as error:
        raise Malformed(f"expected UTF-8, found byte {text[error.start]:#04x} at offset {error.start}") from error
    if rest or len(lines) < 3:
        raise Malformed(
            f"expected three lines or more (origin, size, root), each ended by a newline, "
            f"found {len(lines)} and {rest!r} after the last newline"
        )
    origin, size, root, *extensions = lines
    if not _SIZE.fullmatch(size):
        raise Malformed(f"line 2: expected a size in decimal without leading zeros up to {LARGEST}, found {size!r}")
    return Checkpoint(origin, int(size), _root(root), tuple(extensions))


def _root(line: str) -> bytes:
    try:
        root = b64decode(line, validate=True)
    except ValueError:
        root = b""
    # Several base64 spellings decode to the same bytes; a signature covers only one (RFC 4648 §3.5).
    if not root or _base64(root) != line:
        raise Malformed(f"line 3: expected a root of {len(EMPTY)} bytes in base64 with padding, found {line!r}")
    return root


def _base64(root: bytes) -> str:
    return b64encode(root).decode()
