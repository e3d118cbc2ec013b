"""The portfolio page."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from tests.milepost.web.pages.browsing import Visit, visiting

KEYS = "[...document.querySelectorAll('section:has(#projects) tbody th')].map(one => one.textContent)"


@pytest.fixture(scope="module")
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    with visiting(browser, site) as made:
        yield made


def test_portfolio_lists_all_projects_by_key(visit: Visit) -> None:
    visit.open("/")
    keys = visit.evaluate(KEYS)
    assert keys == sorted(keys)
    assert len(keys) == 11


def test_portfolio_form_filters_projects(visit: Visit) -> None:
    visit.open("/")
    visit.page.get_by_label("State").select_option("held")
    visit.page.get_by_label("Origin").select_option("live")
    visit.follow(visit.page.get_by_role("button", name="Apply"))
    assert visit.evaluate(KEYS) == ["odd", "pay-2"]


def test_portfolio_counts_equal_the_lists_that_they_link_to(visit: Visit) -> None:
    visit.open("/")
    links = visit.evaluate(
        "[...document.querySelectorAll('.matrix a')].map(one => [one.href, Number(one.textContent)])"
    )
    assert links
    for link, says in links:
        visit.open(link.removeprefix(visit.site))
        assert len(visit.evaluate(KEYS)) == says, link


def test_portfolio_pages_by_key(visit: Visit) -> None:
    visit.open("/?after=pay-1")
    assert visit.evaluate(KEYS)[0] == "pay-2"
    assert visit.page.get_by_role("link", name="First page").count() == 1


def test_portfolio_shows_one_row_for_a_signoff_over_several_gates(visit: Visit) -> None:
    visit.open("/")
    rows = visit.page.locator("section:has(#pending) tbody tr", has_text="mail-2")
    assert rows.count() == 1
    assert "Build completed, release ready" in rows.inner_text()


def test_portfolio_shows_due_items(visit: Visit) -> None:
    visit.open("/")
    assert visit.page.locator("section:has(#due) tbody tr", has_text="down-1").count() >= 5


def test_portfolio_shows_no_deferral_that_is_met(visit: Visit, site: str) -> None:
    due = httpx.get(f"{site}/v1/due").json()["due"]
    visit.open("/")
    controls = visit.page.locator("section:has(#due) [data-label=Name]").all_inner_texts()
    assert controls == [one["name"] for one in due]
    assert "operations-ready" in controls
    assert "rfc-submitted" not in controls
