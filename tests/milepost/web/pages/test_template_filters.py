"""How values read on a page."""

from datetime import UTC, datetime, timedelta

import pytest

from milepost.web.pages.template_filters import ago, count, day, duration, is_past, kind, moment, share, words

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "told"), [("plan-approved", "Plan approved"), ("rfc", "RFC"), ("it_service", "IT service"), (None, "–")]
)
def test_words_of_identifiers(name: str | None, told: str) -> None:
    assert words(name) == told


def test_kind_as_words() -> None:
    assert kind("project.plan-approved/1") == "Project plan approved"


@pytest.mark.parametrize(("part", "whole", "told"), [(0, 0, "–"), (0, 3, "0 %"), (2, 3, "67 %"), (1, 630, "under 1 %")])
def test_share_of_little_is_not_zero_and_of_nothing_is_a_dash(part: int, whole: int, told: str) -> None:
    assert share(part, whole) == told


def test_count_has_singular_and_plural() -> None:
    assert [count(n, "return") for n in (0, 1, 1_000)] == ["0 returns", "1 return", "1,000 returns"]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "now"), (-30, "now"), (60, "1 minute ago"), (-7200, "in 2 hours"), (864_000, "10 days ago")],
)
def test_ago_in_largest_unit(seconds: int, told: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == told


def test_duration_in_largest_unit() -> None:
    assert [duration(30), duration(3_600), duration(90_000 * 1_000)] == ["under a minute", "1 hour", "1,041 days"]


def test_moment_contains_the_full_time() -> None:
    assert moment(NOW) == '<time datetime="2026-11-22T09:30:00+00:00">2026-11-22 09:30</time>'
    assert day("2026-11-22T09:30:00Z") == '<time datetime="2026-11-22T09:30:00+00:00">2026-11-22</time>'
    assert day(NOW.date()) == '<time datetime="2026-11-22">2026-11-22</time>'


def test_missing_values_are_a_dash() -> None:
    assert {moment(None), day(None), ago(None, NOW)} == {"–"}


def test_is_past_compares_with_now() -> None:
    assert is_past("2026-11-22T09:29:00Z", NOW)
    assert not is_past(NOW, NOW)
    assert not is_past(None, NOW)
