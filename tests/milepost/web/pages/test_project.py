"""The page of a project: the same as the log and the API say."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.milepost.web.pages.browsing import Visit, visiting


@pytest.fixture(scope="module")
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    with visiting(browser, site) as made:
        yield made


DEFERRED = ("rfc-submitted", "operations-ready")


def text(visit: Visit, section: str) -> str:
    return visit.page.locator(f"section:has(#{section})").inner_text()


def test_project_page_explains_the_blocked_gate_like_the_api(visit: Visit, site: str) -> None:
    why: dict[str, Any] = httpx.get(f"{site}/v1/projects/mail-2/why").json()
    visit.open("/projects/mail-2")
    said = text(visit, "why")
    assert why["sentence"].lower() in said.lower()
    assert why["blocking"]
    for one in why["blocking"]:
        assert all(words in said for words in (one["control"], one["sentence"], one["question"], *one["commands"]))
    for one in why["waiting_for"]:
        assert all(person in said for person in one["people"])


def test_project_timeline_shows_the_status_of_each_gate(visit: Visit) -> None:
    visit.open("/projects/mail-2")
    status = visit.evaluate("[...document.querySelectorAll('.stop')].map(one => one.className.trim())")
    assert status == ["stop passed"] * 3 + ["stop next"] + ["stop ahead"] * 2


def test_project_timeline_names_the_basis_of_a_milestone_without_review(visit: Visit) -> None:
    visit.open("/projects/cert-1")
    assert visit.page.locator(".stop", has_text="standing").count() == 6


def test_project_page_shows_pending_signoffs(visit: Visit) -> None:
    visit.open("/projects/mail-2")
    assert "Pending" in visit.page.locator("#review-go").inner_text()


def test_project_page_shows_deferrals(visit: Visit) -> None:
    visit.open("/projects/down-1")
    state = {name: visit.page.locator("section:has(#duties) tr", has_text=name).inner_text() for name in DEFERRED}
    assert ["Met" in state[name] for name in DEFERRED] == [True, False]
    assert ["Deferred" in state[name] for name in DEFERRED] == [False, True]


def test_api_tells_whether_a_deferral_is_met(site: str) -> None:
    deferrals = httpx.get(f"{site}/v1/projects/down-1").json()["deferrals"]
    assert [one["met"] for one in deferrals if one["control"] in DEFERRED] == [True, False]


def test_project_page_shows_hold_and_reason(visit: Visit) -> None:
    visit.open("/projects/pay-2")
    assert "no gate can be decided until the project is resumed" in visit.page.locator("main").inner_text().lower()
    assert "until the new year" in text(visit, "phases")


def test_project_page_pages_through_the_audit_trail(visit: Visit) -> None:
    visit.open("/projects/mail-1")
    newest = visit.evaluate("document.querySelector('.trail tbody th').textContent")
    visit.follow(visit.page.get_by_role("link", name="Older"))
    assert visit.page.locator(".trail tbody th").last.inner_text() == "#1"
    visit.follow(visit.page.get_by_role("link", name="Newer"))
    assert visit.page.locator(".trail tbody th").first.inner_text() == newest
