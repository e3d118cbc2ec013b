"""The page on events and commands."""

from pathlib import Path

from milepost.contract.catalogue import page


def test_says_what_the_code_has() -> None:
    assert Path("docs/events.md").read_text("utf-8") == page(), "run: milepost catalogue > docs/events.md"
