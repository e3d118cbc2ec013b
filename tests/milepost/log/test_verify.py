"""Verification of an exported log."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from domain.codec import written
from domain.event import Event, Recorded
from domain.log_opened import REVISION, LogOpened
from domain.portfolio.proposal import ProjectProposed
from milepost.log.export_trailer import ExportSummary
from milepost.log.verify import verify

LOG = "01a20234-23ef-70c9-9891-2c3f2b3e7393"
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PROPOSED = ProjectProposed(title="Pay", project_kind="it_service", service="pay", customer="sales", requester="ada")
EVENTS: list[tuple[str, int, Event]] = [
    ("log", 1, LogOpened(log=LOG, name="test/log", revision=REVISION)),
    ("project-a", 1, PROPOSED),
    ("project-b", 1, PROPOSED),
    ("project-a", 2, PROPOSED),
]
SOURCE = f"urn:milepost:{LOG}"


def record(number: int, stream: str, version: int, event: Event) -> bytes:
    moment = START + timedelta(seconds=number)
    told = Recorded(
        id=f"00000000-0000-7000-8000-{number:012d}",
        log=LOG,
        stream=stream,
        version=version,
        event=event,
        time=moment,
        recorded_at=moment,
        who="ada",
        command="c",
        correlation="c",
    )
    return written(told).data


def lines(*data: bytes) -> list[bytes]:
    """A file of these events whose trailer fits: what a forger would write who can count."""
    tally = ExportSummary(LOG, "test/log", 1)
    return [*(tally.event(category(one), one) for one in data), tally.trailer()]


def category(data: bytes) -> str:
    try:
        return {"log": "log", "projects": "project"}.get(str(orjson.loads(data)["source"]).split(":")[3], "")
    except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
        return ""


STORED = [record(number, *event) for number, event in enumerate(EVENTS, 1)]


def findings(file: list[bytes]) -> list[str]:
    return [str(finding) for finding in verify(file).findings]


def changed(number: int, place: str, value: object) -> list[bytes]:
    """The file with one value changed (or, for None, removed), canonical again, and with a trailer that fits."""
    whole = orjson.loads(STORED[number - 1])
    *path, last = place.split(".")
    inner = whole[path[0]] if path else whole
    inner[last] = value
    if value is None:
        del inner[last]
    data = orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)
    return lines(*STORED[: number - 1], data, *STORED[number:])


def test_finds_nothing_wrong_with_what_was_written() -> None:
    seen = verify(lines(*STORED))
    assert (seen.findings, seen.sound, seen.unknown) == ([], True, {})


@pytest.mark.parametrize("number", range(1, 5))
def test_finds_any_byte_that_was_changed(number: int) -> None:
    file = lines(*STORED)
    for at in range(0, len(file[number - 1]) - 1, 7):
        line = bytearray(file[number - 1])
        line[at] ^= 1
        assert findings([*file[: number - 1], bytes(line), *file[number:]]) != []


@pytest.mark.parametrize(
    ("number", "place", "value", "expected"),
    [
        (1, "type", "milepost.project.proposed.v1", "type: expected milepost.log.opened.v1"),
        (1, "source", f"{SOURCE}:projects:a", "source: expected the stream log, found the stream project-a"),
        (1, "source", f"{SOURCE}:logs:x", "source: expected urn:milepost:LOG:CATEGORY:KEY"),
        (1, "data.format", 1, "data.format: expected 0, found 1"),
        (1, "data.log", "other", f"data.log: expected {LOG}, found other"),
        (2, "source", f"{SOURCE.replace('2', '3')}:projects:a", f"source: expected log {LOG}, found log"),
        (2, "source", f"{SOURCE}:planets:a", "source: expected urn"),
        (2, "source", "here", "source: expected urn"),
        (2, "source", None, "source: expected urn"),
        (4, "sequence", f"{3:020d}", "sequence: expected 00000000000000000002 of project-a, found"),
        (4, "origin", "simulated", "origin: expected live as in all of project-a, found simulated"),
        (3, "recordedtime", "2026-01-05T09:00:02.000000Z", "recordedtime: expected later than 2026-01-05T09:00:02"),
        (3, "recordedtime", "2026-01-05T09:00:02Z", "recordedtime: expected a moment in UTC"),
        (3, "time", "yesterday", "event: expected a project.proposed/1 that can be read, found"),
        (3, "type", "project.proposed", "type: expected milepost.SUBJECT.PARTICIPLE.vN"),
        (3, "data.title", None, "event: expected a project.proposed/1 that can be read, found data.title"),
        (3, "data.more", 1.5, "data.more: expected text in NFC, a whole number"),
        (3, "data.more", [None], "data.more.0: expected"),
        (3, "data.more", [2**53], "data.more.0: expected"),
        (3, "data.title", "Cafe\u0301", "data.title: expected text in NFC"),
        (3, "data.\u00e9", 1, "data: expected text in NFC"),
        (3, "data.more", "x" * 70_000, "length: expected at most 65535 bytes"),
    ],
)
def test_names_the_line_what_was_expected_and_what_was_found(
    number: int, place: str, value: object, expected: str
) -> None:
    found = findings(changed(number, place, value))
    assert any(one.startswith(f"line {number}: {expected}") for one in found), found


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (STORED[2].replace(b'"live",', b'"live", '), "line 3: byte"),
        (STORED[2].replace(b'{"authid":"ada",', b'{"authid":"ada","authid":"ada",'), "line 3: byte"),
        (STORED[2].replace(b"Pay", rb"\u0050ay"), "line 3: byte"),
        (b"[]", "line 3: line: expected a JSON object, found '[]': it is a list"),
        (b"{", "line 3: line: expected a JSON object"),
    ],
)
def test_takes_one_way_of_writing_only(data: bytes, expected: str) -> None:
    assert findings(lines(*STORED[:2], data, STORED[3]))[0].startswith(expected)


@pytest.mark.parametrize("order", [(0, 3, 1, 2), (0, 2, 3), (0, 1, 1, 2, 3), (1, 0, 2, 3), (0, 3, 2, 1)])
def test_finds_events_moved_left_out_or_doubled(order: tuple[int, ...]) -> None:
    assert findings(lines(*(STORED[at] for at in order))) != []


def test_finds_an_event_left_out_at_the_end() -> None:
    *events, trailer = lines(*STORED)
    found = findings([*events[:-1], trailer])
    assert "line 4: trailer.count: expected 3, found 4" in found
    assert any("trailer.root" in finding for finding in found)


def test_finds_what_is_missing_or_cut_or_added_at_the_end() -> None:
    whole = lines(*STORED)
    assert findings(whole[:-1]) == [
        "line 5: trailer: expected a trailer as the last line, found the end of the file: lines are missing"
    ]
    assert "the end of the file" in findings([*whole[:-1], whole[-1][:-1]])[0]
    assert "nothing after the trailer" in findings([*whole, whole[1]])[0]
    assert "trailer.more" in findings([*whole[:-1], whole[-1].replace(b'{"trailer":{', b'{"trailer":{"more":1,')])[1]
    assert findings([])[0].startswith("line 1: trailer")


def test_finds_an_event_among_the_outcomes() -> None:
    tally = ExportSummary(LOG, "test/log", 1)
    file = [
        tally.event("log", STORED[0]),
        tally.outcome(b'{"outcome":{}}'),
        tally.event("project", STORED[1]),
        tally.trailer(),
    ]
    assert findings(file) == ["line 3: place: expected no event after the commands' outcomes, found an event"]


def test_names_kinds_that_a_newer_release_wrote() -> None:
    seen = verify(changed(3, "type", "milepost.project.proposed.v9"))
    assert (seen.sound, dict(seen.unknown)) == (True, {"project.proposed/9": 1})


def test_names_no_more_than_a_hundred_findings() -> None:
    assert len(verify([b"{\n"] * 500).findings) == 100


def test_reaches_no_database() -> None:
    far = {"psycopg", "eventsourcing", "kafka", "fastapi"}
    told = f"import sys, milepost.log.verify; print(sorted({far} & sys.modules.keys()))"
    run = subprocess.run(
        [sys.executable, "-c", told], cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=60
    )
    assert (run.stdout.strip(), run.stderr) == ("[]", "")
