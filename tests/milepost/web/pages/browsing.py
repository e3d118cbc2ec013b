"""Browsing: pages opened in a real browser, with everything that it complains of."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Response

PATIENCE = 30_000  # milliseconds


@dataclass
class Visit:
    """A page in the browser, and what its console, its policy and its scripts complained of."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list[str])

    def open(self, path: str) -> int:
        """Load an address of the site; its status."""
        answer = self.page.goto(self.site + path, timeout=PATIENCE)
        assert answer
        return answer.status

    def follow(self, place: Locator) -> None:
        """Click on what leads to another page, and wait until that is loaded."""
        with self.page.expect_navigation(timeout=PATIENCE):
            place.click()

    def tell(self, script: str) -> Any:
        return self.page.evaluate(script)


@contextmanager
def visiting(browser: Browser, site: str, width: int = 1280, **context: Any) -> Generator[Visit]:
    with browser.new_context(viewport={"width": width, "height": 900}, **context) as made:
        visit = Visit(made.new_page(), site)
        visit.page.on("console", lambda said: visit.complaints.append(f"{visit.page.url}: {said.text}"))
        visit.page.on("pageerror", lambda error: visit.complaints.append(f"{visit.page.url}: {error}"))
        visit.page.on("response", lambda answer: _complain(visit, answer))
        yield visit


def _complain(visit: Visit, answer: Response) -> None:
    if answer.status >= 400 and not answer.request.is_navigation_request():
        visit.complaints.append(f"{visit.page.url}: {answer.url} is answered with {answer.status}")


class Read(HTMLParser):
    """What a page that was read without a browser links to, and which of its places can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = set()
        self.rows = 0
        self.figures: dict[str, int] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.places |= {found["id"] or ""} if "id" in found else set()
        self.links |= {found["href"] or ""} if tag == "a" else set()
        self.rows += "data-row" in found
        if "data-figure" in found:
            self.figures[found["href"] or ""] = int(found["data-figure"] or 0)
