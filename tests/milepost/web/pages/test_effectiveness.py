"""The effectiveness pages: figures that can be opened."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from tests.milepost.servers import until
from tests.milepost.web.pages.browsing import ParsedPage, Visit, visiting

CELLS = """
[...document.querySelectorAll('td.num')].map(one => one.childNodes[0]).map(one => [one.tagName, one.textContent])
"""


@pytest.fixture(scope="module")
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    with visiting(browser, site) as made:
        yield made


@pytest.mark.parametrize(
    "query", ["?origin=simulated", "?origin=live&by=category", "?by=origin", "?by=kind&origin=live"]
)
def test_figures_link_to_as_many_rows_as_they_count(site: str, query: str) -> None:
    with httpx.Client(base_url=site, timeout=30) as client:
        figures = ParsedPage(client.get(f"/effectiveness{query}").text).figures
        assert len(figures) > 15
        assert {link: ParsedPage(client.get(link).text).rows for link in figures} == figures


@pytest.mark.parametrize("query", ["?origin=simulated", "?by=origin"])
def test_effectiveness_numbers_all_have_links(visit: Visit, query: str) -> None:
    visit.open(f"/effectiveness{query}")
    cells = visit.evaluate(CELLS)
    assert len(cells) > 100
    assert {text for tag, text in cells if tag != "A"} <= {"0", "–"}


def test_evaluated_controls_link_to_their_attempts(visit: Visit) -> None:
    visit.open("/effectiveness?origin=simulated")
    link = visit.page.locator("[data-label=Evaluated] a").first
    evaluated = int(link.inner_text())
    visit.follow(link)
    assert 0 < visit.page.locator("tr[data-row]").count() < evaluated


def test_effectiveness_defaults_to_the_most_common_origin(visit: Visit) -> None:
    visit.open("/effectiveness")
    assert "Projects of the origin live" in visit.page.locator("main").inner_text()
    visit.open("/effectiveness?origin=simulated")
    assert visit.page.locator("section:has(#whole) tbody td").first.inner_text() == "3"


def test_effectiveness_share_of_no_rows_is_a_dash(visit: Visit) -> None:
    visit.open("/effectiveness?category=major&origin=live")
    row = visit.page.locator("section:has(#gates) tbody tr").first
    assert row.locator("[data-label=Yield]").inner_text().split("\n") == ["–", "n = 0"]
    assert "0 %" not in row.inner_text()


def test_effectiveness_shows_phase_durations(visit: Visit) -> None:
    visit.open("/effectiveness?origin=simulated")
    row = visit.page.locator("section:has(#phases) tbody tr").first
    assert row.locator("[data-label='Median days']").inner_text().split("\n") == ["6.0", "n = 3"]


def test_charts_link_to_projects(visit: Visit) -> None:
    def drawn() -> bool:
        visit.open("/effectiveness?origin=simulated")
        return visit.page.locator("figure svg.chart").count() == 2

    until(drawn)
    links = visit.evaluate("[...document.querySelectorAll('.chart a')].map(one => one.href.baseVal)")
    assert links
    for link in set(links):
        assert visit.open(link) == 200
        assert visit.page.locator("tr[data-row]").count() > 0


def test_unknown_figure_is_not_found(visit: Visit) -> None:
    assert visit.open("/effectiveness/projects?of=gates&figure=luck") == 404
