"""What the pages say of traces."""

import hashlib
import re
from pathlib import Path

import yaml
from opentelemetry.sdk import environment_variables

from consumers.tracing.trace import trace_of
from milepost.tracing.collector import LAST_SECONDS
from milepost.tracing.setup import EXPORTER
from tests.house.sources import ROOT

OPERATE, DECISION = ((ROOT / "docs" / name).read_text("utf-8") for name in ("operate.md", "decisions/0006-traces.md"))
SECTION = OPERATE.partition("\n## Traces\n")[2].partition("\n## ")[0]
KNOWN = {name for name in vars(environment_variables) if name.startswith("OTEL_")} | {EXPORTER}


def test_names_variables_that_the_library_has() -> None:
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    for text in (SECTION, compose):
        named = set(re.findall(r"OTEL_\w+", text))
        assert named
        assert named <= KNOWN


def test_calls_each_process_of_the_compose_file_by_its_name() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    called = {one["environment"].get("OTEL_SERVICE_NAME") for one in services.values()}
    assert called - {None} == set(re.findall(r"`(milepost-[a-z]+)`", SECTION))


def test_names_every_span() -> None:
    spans = re.findall(r"^\| `([A-Za-z]+)[^|]*` \|", SECTION, re.MULTILINE)
    assert spans == ["POST", "write", "send", "project"]


def test_says_how_a_trace_follows_from_an_event() -> None:
    assert "SHA-256 of these three, with a space between" in DECISION
    assert "the first 16 bytes are its id, the next 8 the id of the span at its root" in DECISION
    digest = hashlib.sha256(b"log ada command").digest()
    assert trace_of("log", "ada", "command") == (digest[:16].hex(), digest[16:24].hex())


def test_says_the_limits_that_hold() -> None:
    assert LAST_SECONDS == 2
    for text in (SECTION, DECISION):
        assert "two seconds" in text
        assert "2,048" in text


def test_leads_to_the_lock() -> None:
    [lock] = set(re.findall(r"requirements-\w+\.lock", SECTION))
    assert Path(ROOT / lock).exists()
