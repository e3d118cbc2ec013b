"""Text that is safe to print: it can't move the cursor, turn the direction of writing or add a line.

Control characters: Unicode's category Cc, ECMA-48 escape sequences among them. Direction: UAX #9, its formatting
characters. Line and paragraph separators and lone surrogates count as well.
"""

import re
import sys
from typing import TextIO, cast

DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""The formatting characters of the bidirectional algorithm, as a range of a regular expression."""

_UNSAFE = f"\x00-\x1f\x7f-\x9f{DIRECTION}\u2028\u2029\ud800-\udfff"
_SPACE = re.compile(r"[\t\n\r\v\f\u2028\u2029]+")
_REPLACED = re.compile(f"[{_UNSAFE}]")
_ESCAPED = re.compile(rf"[\\{_UNSAFE}]")
_IN_JSON = re.compile(f"[\x7f-\x9f{DIRECTION}\u2028\u2029]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SHORT = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


def printable(text: str) -> str:
    """Text for people, in one line: white space becomes a space, every other unsafe character U+FFFD."""
    return _REPLACED.sub("\ufffd", _SPACE.sub(" ", text))


def escaped(text: str) -> str:
    r"""Text as a tab-separated value: `\\`, `\t`, `\n`, `\r`, `\x1b`, `\u202e` in place of what is unsafe."""
    return _ESCAPED.sub(lambda found: _escape(found[0]), text)


def safe_json(text: str, ascii_only: bool = False) -> str:
    r"""JSON of the same value, with `\u202e` in place of what is unsafe, or of all that is not ASCII."""
    return (_NOT_ASCII if ascii_only else _IN_JSON).sub(lambda found: _json_escape(found[0]), text)


def accept_any_text() -> None:
    """Let the standard output and error replace what their encoding lacks, in place of an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            cast("_Reconfigurable", stream).reconfigure(errors="replace" if stream.isatty() else "backslashreplace")


class _Reconfigurable(TextIO):
    def reconfigure(self, *, errors: str) -> None: ...


def _escape(character: str) -> str:
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
