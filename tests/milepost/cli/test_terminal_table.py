"""Tables on a terminal."""

import pytest

from milepost.cli.terminal_table import draw, fit

COLUMNS = ("project", "state", "since", "title")
ROWS = [
    ["mailboxes-12", "active", "2026-11-22 09:30", "Larger mailboxes for everyone who sells on the road"],
    ["pay", "held", "", "[bold]Pay[/] [link=x]"],
]


def drawn(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, *optional: str) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    draw(COLUMNS, ROWS, optional)
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_columns_have_their_natural_width_where_there_is_room() -> None:
    assert fit([COLUMNS, *ROWS], 120) == [12, 6, 16, 51]


def test_the_widest_column_gives_what_is_missing() -> None:
    assert fit([COLUMNS, *ROWS], 80) == [12, 6, 16, 40]
    assert fit([COLUMNS, *ROWS], 58) == [12, 6, 16, 18]


def test_columns_that_would_break_words_do_not_fit() -> None:
    assert fit([COLUMNS, *ROWS], 40) is None


def test_text_is_no_markup(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "[bold]Pay[/] [link=x]" in drawn(capsys, monkeypatch, 80)[-1]


def test_a_table_wraps_at_words(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(capsys, monkeypatch, 60) == [
        "project       state   since             title",
        "mailboxes-12  active  2026-11-22 09:30  Larger mailboxes for",
        "                                        everyone who sells",
        "                                        on the road",
        "pay           held                      [bold]Pay[/]",
        "                                        [link=x]",
    ]


def test_a_narrow_terminal_goes_without_optional_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "45")
    draw(COLUMNS, ROWS, ("since",))
    printed = capsys.readouterr()
    assert printed.out.split("\n")[0].split() == ["project", "state", "title"]
    assert printed.err == "left out as the terminal is narrow: since\n"


def test_a_very_narrow_terminal_shows_a_line_for_each_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert drawn(capsys, monkeypatch, 30, "since")[:4] == [
        "project  mailboxes-12",
        "state    active",
        "since    2026-11-22 09:30",
        "title    Larger mailboxes for",
    ]
