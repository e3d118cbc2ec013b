"""The colours of the style sheet: each text on each ground can be read, by day, by night, and in a chart."""

import re
from importlib.resources import files

import pytest

SHEET = (files("milepost.web.pages") / "static" / "milepost.css").read_text()
BLOCKS = re.findall(r":root \{([^}]*)\}", SHEET)
TEXTS = ("text", "quiet", "link", "good", "warn", "bad")
GROUNDS = ("ground", "paper", "faint", "note-ground", "bad-ground")
LEAST = 4.5  # WCAG 2.2, 1.4.3


def palette(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_palette_text_contrast(scheme: int, ground: str, text: str) -> None:
    colours = palette(BLOCKS[scheme])
    assert contrast(colours[text], colours[ground]) >= LEAST


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_palette_contrast_on_buttons_and_alarms(scheme: int) -> None:
    colours = palette(BLOCKS[scheme])
    assert min(contrast(colours["on-mark"], colours[name]) for name in ("link", "bad")) >= LEAST


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_palette_contrast_of_chart_marks(scheme: int) -> None:
    colours = palette(BLOCKS[scheme])
    assert min(contrast(colours[name], colours["paper"]) for name in ("c1", "c2")) >= 3  # WCAG 2.2, 1.4.11
