"""Text that is safe to print."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.cli.printable import escaped, printable, safe_json

RANGES = (range(0x20), range(0x7F, 0xA0), range(0x61C, 0x61D), range(0x200E, 0x2010), range(0x2028, 0x202F))
UNSAFE = [chr(code) for codes in (*RANGES, range(0x2066, 0x206A)) for code in codes]


@pytest.mark.parametrize("character", UNSAFE, ids=lambda character: f"U+{ord(character):04X}")
def test_unsafe_characters_reach_no_output(character: str) -> None:
    text = f"a{character}b"
    for printed in (printable(text), escaped(text), safe_json(json.dumps(text, ensure_ascii=False))):
        assert character not in printed
        assert printed.isprintable(), printed


def test_printable_text_is_one_line_and_keeps_what_is_safe() -> None:
    assert printable("first\r\n\tsecond") == "first second"
    assert printable("\x1b[31mred\x1b[0m") == "\ufffd[31mred\ufffd[0m"
    assert printable("a\u202eb") == "a\ufffdb"
    assert printable("[bold]Größe[/] 日本 👩\u200d💻") == "[bold]Größe[/] 日本 👩\u200d💻"


@given(st.text())
def test_escaped_text_can_be_read_back(text: str) -> None:
    assert escaped(text).encode("ascii", "backslashreplace").decode("unicode_escape") == text


@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_safe_json_is_the_same_value(text: str, ascii_only: bool) -> None:
    printed = safe_json(json.dumps({text: [text]}, ensure_ascii=False), ascii_only)
    assert json.loads(printed) == {text: [text]}
    assert printed.isascii() or not ascii_only
