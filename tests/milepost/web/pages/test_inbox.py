"""The inbox page."""

import httpx


def test_shows_what_waits_for_one_person(site: str) -> None:
    grace = httpx.get(f"{site}/inbox?who=grace").text
    assert "/projects/mail-2#review-go" in grace
    assert "Nothing waits" in httpx.get(f"{site}/inbox?who=nobody").text


def test_says_that_nobody_signs_in(site: str) -> None:
    assert "Nobody signs in here yet" in httpx.get(f"{site}/inbox").text
