"""One stored line for every kind and version, as it stands in a log."""

from datetime import timedelta
from pathlib import Path

import orjson

from domain.codec import encode
from domain.event import Recorded, kind_of
from tests.domain.everything import KINDS
from tests.domain.examples import MOMENT, example_of

PATH = Path(__file__).parent / "events.jsonl"
STREAMS = {"project": "project-pay", "policy": "policy-small", "log": "log"}


def golden() -> dict[str, bytes]:
    """The lines by their kinds."""
    lines = PATH.read_bytes().splitlines() if PATH.exists() else []
    return {kind_of(orjson.loads(line)["type"]): line for line in lines}


def missing() -> list[str]:
    return [kind for kind in KINDS if kind not in golden()]


def line_of(kind: str) -> bytes:
    """What an event of this kind is stored as, with every attribute and every field."""
    event = example_of(kind)
    return encode(
        Recorded(
            id="0199c2a4-7d3e-7abc-8def-000000000001",
            log="0199c2a4-7d3e-7abc-8def-000000000000",
            stream=STREAMS.get(event.belongs_to, f"{event.belongs_to}-main"),
            version=7,
            event=event,
            time=MOMENT,
            recorded_at=MOMENT + timedelta(microseconds=1),
            who="p-7f3a",
            command="0199c2a4-7d3e-7abc-8def-000000000002",
            correlation="0199c2a4-7d3e-7abc-8def-000000000003",
            time_quality="exact",
            role="change-manager",
            assignment="0199c2a4-7d3e-7abc-8def-000000000004",
            auth="unauthenticated",
            causation="0199c2a4-7d3e-7abc-8def-000000000005",
            policy="small/1",
            origin="live",
        )
    )
