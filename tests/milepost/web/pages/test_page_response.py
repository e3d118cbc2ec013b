"""All pages in a real browser: they load, link, read aloud, fit a phone, and need no script."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import urldefrag, urljoin

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, expect

from milepost.app.service import Service
from tests.milepost.web.pages.browsing import ParsedPage, Visit, visiting
from tests.milepost.web.pages.conftest import listening_socket, serving

PAGES = (
    "/",
    "/?state=held&origin=live",
    "/projects/pay-1",
    "/projects/mail-2",
    "/projects/down-1",
    "/projects/odd",
    "/projects/sim-0?after=0",
    "/projects/odd/events/1",
    "/effectiveness",
    "/effectiveness?by=category&origin=simulated",
    "/effectiveness?by=origin",
    "/effectiveness/definitions",
    "/inbox",
    "/inbox?who=grace",
    "/policy",
    "/problems",
    "/problems/refused",
)
HEADINGS = "[...document.querySelectorAll('h1,h2,h3,h4')].map(one => Number(one.tagName[1]))"
UNLABELLED = """
    [...document.querySelectorAll('input:not([type=hidden]),select')].filter(one => !one.labels.length).length
    + [...document.querySelectorAll('img:not([alt]),table:not(:has(caption)),a[href]:not(:has(*))')]
        .filter(one => !(one.textContent || '').trim() && !one.hasAttribute('alt')).length
    + document.querySelectorAll('th:not([scope]):not([aria-hidden])').length
    """
DIRECTION_OVERRIDE = "\u202e"
NOT_ISOLATED = """
    (() => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const leaking = [];
        const isolates = style => style.unicodeBidi.startsWith('isolate') || !/^(inline|contents)$/.test(style.display);
        while (walker.nextNode()) {
            if (!walker.currentNode.data.includes('\u202e')) continue;
            let box = walker.currentNode.parentElement;
            while (!isolates(getComputedStyle(box))) box = box.parentElement;
            if (box.textContent.trim() !== walker.currentNode.data.trim()) leaking.push(box.outerHTML);
        }
        return leaking;
    })()
    """
"""The boxes that contain text with a direction override and other text beside it."""
IDS = "[...document.querySelectorAll('[id]')].map(one => one.id)"


@pytest.fixture(scope="module")
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    with visiting(browser, site) as made:
        yield made


@pytest.fixture(scope="module")
def phone(browser: Browser, site: str) -> Iterator[Visit]:
    with visiting(browser, site, width=360) as made:
        yield made


@pytest.fixture(scope="module")
def plain(browser: Browser, site: str) -> Iterator[Visit]:
    """A browser without JavaScript."""
    with visiting(browser, site, java_script_enabled=False) as made:
        yield made


@pytest.mark.parametrize("path", PAGES)
def test_page_loads_without_browser_errors(visit: Visit, path: str) -> None:
    visit.messages.clear()
    assert visit.open(path) == 200
    assert visit.messages == []


@pytest.mark.parametrize("path", PAGES)
def test_page_has_one_title_and_ordered_headings(visit: Visit, path: str) -> None:
    visit.open(path)
    levels = visit.evaluate(HEADINGS)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_page_labels_everything_for_screen_readers(visit: Visit, path: str) -> None:
    visit.open(path)
    assert visit.evaluate(UNLABELLED) == 0
    assert visit.evaluate("document.documentElement.lang") == "en"
    ids = visit.evaluate(IDS)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PAGES)
def test_page_footer_shows_log_position_and_missing_authentication(visit: Visit, service: Service, path: str) -> None:
    visit.open(path)
    said = visit.page.locator("footer").inner_text()
    assert "test/pages" in said
    assert f"position {service.log.head().position:,}" in said
    assert "nobody is authenticated here" in said
    assert "unauthenticated" in said


@pytest.mark.parametrize("path", PAGES)
def test_page_fits_a_phone(phone: Visit, path: str) -> None:
    phone.open(path)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("path", PAGES)
def test_page_has_the_same_text_without_scripts(plain: Visit, visit: Visit, path: str) -> None:
    plain.open(path)
    before = plain.page.locator("main").inner_text()
    visit.open(path)
    plain.open(path)
    after = plain.page.locator("main").inner_text()  # a minute may have passed
    assert visit.page.locator("main").inner_text() in {before, after}


@pytest.mark.parametrize("path", PAGES)
def test_page_isolates_direction_controls(visit: Visit, path: str) -> None:
    visit.open(path)
    assert visit.evaluate(NOT_ISOLATED) == []
    assert DIRECTION_OVERRIDE not in visit.page.title()


def test_page_links_all_resolve(site: str) -> None:
    waiting, pages, linked = {"/"}, dict[str, ParsedPage](), set[tuple[str, str]]()
    with httpx.Client(base_url=site, timeout=30) as client:
        while waiting:
            here = waiting.pop()
            answer = client.get(here)
            assert answer.status_code == 200, here
            pages[here] = ParsedPage(answer.text)
            found = {urldefrag(urljoin(here, link)) for link in pages[here].links}
            linked |= {(url, place) for url, place in found if place}
            waiting |= {url for url, _ in found if not url.startswith("/v1/")} - pages.keys()
            assert len(pages) < 1500
    assert len(pages) > 60
    assert {(url, place) for url, place in linked if url in pages and place not in pages[url].targets} == set()


def test_page_is_usable_by_keyboard(visit: Visit) -> None:
    visit.open("/")
    visit.page.keyboard.press("Tab")
    assert visit.evaluate("document.activeElement.textContent") == "Skip to content"
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#content")).to_be_focused()
    visit.page.keyboard.press("Tab")
    assert visit.evaluate("document.activeElement.matches('main a, main select')")
    assert visit.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_page_escapes_hostile_text(visit: Visit) -> None:
    for path in ("/", "/projects/odd", "/projects/odd/events/1", "/projects/odd?after=0"):
        visit.open(path)
        assert "<script>document.title" in visit.page.locator("main").inner_text()
        assert visit.evaluate("document.querySelectorAll('main script, main img').length") == 0
        assert "owned" not in visit.page.title().partition(":")[0]
        assert "49" not in visit.page.locator("h1").inner_text()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/projects/none", 404), ("/projects/%3Cscript%3E", 422), ("/projects/pay-1/events/999", 404), ("/nowhere", 404)],
)
def test_problem_is_html_for_browsers_and_json_for_programs(site: str, path: str, status: int) -> None:
    page = httpx.get(site + path, headers={"accept": "text/html,*/*"})
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert "<script>" not in page.text
    told = httpx.get(site + path, headers={"accept": "application/json"})
    assert told.status_code == status
    assert told.json()["type"].startswith("/problems/")


class Gone:
    """Read models whose database doesn't answer."""

    def __getattr__(self, name: str) -> Any:
        raise psycopg.OperationalError("gone")


def test_page_reports_an_unavailable_database(service: Service) -> None:
    broken: Any = Gone()
    with listening_socket() as listening, serving(replace(service, models=broken), listening):
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        page = httpx.get(address, headers={"accept": "text/html"})
        told = httpx.get(address)
    assert (page.status_code, told.status_code) == (503, 503)
    assert page.headers["retry-after"] == told.headers["retry-after"]
    assert "The database doesn’t answer".replace("’", "&#39;") in page.text
    assert told.json()["type"] == "/problems/unavailable"


def test_only_addresses_with_digest_are_cached(site: str) -> None:
    page = httpx.get(site)
    assert page.headers["cache-control"] == "no-store"
    sheet = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in httpx.get(site + sheet).headers["cache-control"]
    assert httpx.get(f"{site}/static/0000000000000000/milepost.css").status_code == 404
