"""The page on the format."""

import hashlib
import re
from pathlib import Path

import orjson

from domain.codec import decode, encode

PAGE = Path("docs/format.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)\n```", PAGE, re.DOTALL)
    assert found, f"the page has no block in {language}"
    return found[1]


def test_shows_one_whole_event_as_its_bytes() -> None:
    data = block("json").encode()
    assert encode(decode(data)) == data
    assert f"Those {len(data)} bytes" in PAGE


def test_shows_the_leaf_of_that_event() -> None:
    assert block("text") == hashlib.sha256(b"\0" + block("json").encode()).hexdigest()
    assert decode(block("json").encode()).leaf.hex() == block("text")


def test_names_every_attribute_of_an_event() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    event = decode(block("json").encode())
    assert set(orjson.loads(encode(event))) <= named
