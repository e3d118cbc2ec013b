"""The inbox page."""

import httpx


def test_inbox_shows_pending_signoffs_of_one_person(site: str) -> None:
    grace = httpx.get(f"{site}/inbox?who=grace").text
    assert "/projects/mail-2#review-go" in grace
    assert "No sign-off or decision is pending for nobody" in httpx.get(f"{site}/inbox?who=nobody").text


def test_inbox_says_that_pages_have_no_sign_in(site: str) -> None:
    assert "These pages have no sign-in yet" in httpx.get(f"{site}/inbox").text
