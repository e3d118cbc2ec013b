"""Pages in a real browser, with its error messages."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Response

TIMEOUT = 30_000  # milliseconds


@dataclass
class Visit:
    """A page in the browser, with the messages of its console, content security policy and scripts."""

    page: Page
    site: str
    messages: list[str] = field(default_factory=list[str])

    def open(self, path: str) -> int:
        """Load an address of the site and return the HTTP status."""
        answer = self.page.goto(self.site + path, timeout=TIMEOUT)
        assert answer
        return answer.status

    def follow(self, place: Locator) -> None:
        """Click on a link or button and wait until the next page is loaded."""
        with self.page.expect_navigation(timeout=TIMEOUT):
            place.click()

    def evaluate(self, script: str) -> Any:
        return self.page.evaluate(script)


@contextmanager
def visiting(browser: Browser, site: str, width: int = 1280, **context: Any) -> Generator[Visit]:
    with browser.new_context(viewport={"width": width, "height": 900}, **context) as opened:
        visit = Visit(opened.new_page(), site)
        visit.page.on("console", lambda message: visit.messages.append(f"{visit.page.url}: {message.text}"))
        visit.page.on("pageerror", lambda error: visit.messages.append(f"{visit.page.url}: {error}"))
        visit.page.on("response", lambda answer: _record_failure(visit, answer))
        yield visit


def _record_failure(visit: Visit, answer: Response) -> None:
    if answer.status >= 400 and not answer.request.is_navigation_request():
        visit.messages.append(f"{visit.page.url}: {answer.url} has status {answer.status}")


class ParsedPage(HTMLParser):
    """The links and link targets of a page that is read without a browser."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.targets: set[str] = set()
        self.rows = 0
        self.figures: dict[str, int] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.targets |= {found["id"] or ""} if "id" in found else set()
        self.links |= {found["href"] or ""} if tag == "a" else set()
        self.rows += "data-row" in found
        if "data-figure" in found:
            self.figures[found["href"] or ""] = int(found["data-figure"] or 0)
