"""Importing: how fast the history of others becomes events."""

import json
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.ground import Ground
from milepost.imports import import_file, mapping_from, people_of
from milepost.log.writer import Writer

MAPPING = Path(__file__).parents[1] / "examples" / "kep.toml"
PROPOSALS = 300
BEGAN = datetime(2021, 5, 1, 12, tzinfo=UTC)
COMMITS: tuple[tuple[int, dict[str, Any]], ...] = (
    (0, {"title": "Faster pods", "status": "provisional", "owning-sig": "sig-node", "authors": ["ada", "grace"]}),
    (20, {"approvers": ["linus"], "reviewers": ["omar", "grace"]}),
    (40, {"status": "implementable", "stage": "alpha", "latest-milestone": "v1.23", "milestone.alpha": "v1.23"}),
    (200, {"stage": "beta", "latest-milestone": "v1.25", "milestone.beta": "v1.25"}),
    (500, {"stage": "stable", "latest-milestone": "v1.27", "milestone.stable": "v1.27"}),
    (600, {"status": "implemented"}),
)
"""What each proposal of a made-up history goes through: after how many days a commit says what."""


def history_import(ground: Ground) -> dict[str, Any]:
    """Events a second of an import: read, told by the mapping, observed, and durable.

    Of the history that HISTORY names in the environment, otherwise of a small one of the same shape.
    """
    given = os.environ.get("HISTORY")
    with tempfile.TemporaryDirectory() as folder, ground.log(of="importing") as log, Writer(log) as writer:
        file = Path(given) if given else _made_up(Path(folder), ground.size(PROPOSALS))
        done = import_file(log, writer, file, mapping_from(MAPPING), people_of(Path(folder)), "ada")
    return {
        "history": file.name,
        **done.line(),
        "seconds": round(done.seconds, 2),
        "events_a_second": round(done.events / done.seconds, 1),
    }


def _made_up(folder: Path, proposals: int) -> Path:
    file = folder / "history.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in _lines(proposals)), "utf-8")
    return file


def _lines(proposals: int) -> Iterator[dict[str, Any]]:
    for days, said in COMMITS:
        for number in range(proposals):
            at = (BEGAN + timedelta(days=days, minutes=number)).isoformat()
            for field, becomes in said.items():
                line = {"proposal": str(1000 + number), "at": at, "commit": f"commit-{days}-{number}"}
                yield {**line, "field": field, "from": None, "to": becomes}
