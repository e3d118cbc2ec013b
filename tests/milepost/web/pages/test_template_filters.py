"""How values read on a page."""

from datetime import UTC, datetime, timedelta

import pytest

from milepost.web.pages.template_filters import ago, count, day, kind, lasting, moment, past, share, words

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "told"), [("plan-approved", "Plan approved"), ("rfc", "RFC"), ("it_service", "IT service"), (None, "–")]
)
def test_of_names(name: str | None, told: str) -> None:
    assert words(name) == told


def test_of_kinds() -> None:
    assert kind("project.plan-approved/1") == "Project plan approved"


@pytest.mark.parametrize(("part", "whole", "told"), [(0, 0, "–"), (0, 3, "0 %"), (2, 3, "67 %"), (1, 630, "under 1 %")])
def test_of_shares_are_neither_zero_where_there_is_some_nor_where_there_is_nothing(
    part: int, whole: int, told: str
) -> None:
    assert share(part, whole) == told


def test_of_counts_know_one_from_many() -> None:
    assert [count(n, "return") for n in (0, 1, 1_000)] == ["0 returns", "1 return", "1,000 returns"]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "now"), (-30, "now"), (60, "1 minute ago"), (-7200, "in 2 hours"), (864_000, "10 days ago")],
)
def test_of_moments_from_now(seconds: int, told: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == told


def test_of_durations_in_their_largest_unit() -> None:
    assert [lasting(30), lasting(3_600), lasting(90_000 * 1_000)] == ["under a minute", "1 hour", "1,041 days"]


def test_of_moments_name_them_whole_for_machines() -> None:
    assert moment(NOW) == '<time datetime="2026-11-22T09:30:00+00:00">2026-11-22 09:30</time>'
    assert day("2026-11-22T09:30:00Z") == '<time datetime="2026-11-22T09:30:00+00:00">2026-11-22</time>'
    assert day(NOW.date()) == '<time datetime="2026-11-22">2026-11-22</time>'


def test_of_what_is_missing_are_a_dash() -> None:
    assert {moment(None), day(None), ago(None, NOW)} == {"–"}


def test_of_dues_know_what_is_over() -> None:
    assert past("2026-11-22T09:29:00Z", NOW)
    assert not past(NOW, NOW)
    assert not past(None, NOW)
