"""The page of an event."""

import re
from hashlib import sha256
from html import unescape

import httpx

from milepost.app.service import Service


def test_event_page_shows_stored_bytes_and_ledger_leaf(site: str, service: Service) -> None:
    stored = service.log.read_streams(["project-odd"])[0]
    page = httpx.get(f"{site}/projects/odd/events/1").text
    shown = re.search(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)
    assert shown
    assert unescape(shown[1]).encode() == stored.data
    assert sha256(b"\0" + stored.data).hexdigest() in page
    assert f"at position {stored.position}" in page


def test_event_page_links_to_previous_and_next_event(site: str) -> None:
    assert "/projects/pay-1/events/1" in httpx.get(f"{site}/projects/pay-1/events/2").text
    assert 'rel="prev"' not in httpx.get(f"{site}/projects/pay-1/events/1").text
