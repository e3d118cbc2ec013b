"""Measures how fast Milepost is, each figure beside what it is compared with in the same run; prints one JSON document.

`python -m bench [--part 0.1] [FIGURE …]`; progress goes to the standard error. A part is for trying it out.
HISTORY in the environment names the history that is imported.
"""

import argparse
import json
import os
import platform
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, cast

from bench.carrying import carried_to_row, relaying
from bench.folding import long_projects
from bench.ground import Ground, say
from bench.growth import growth
from bench.importing import history_import
from bench.projecting import projecting
from bench.reading import answer_to_row
from bench.rebuilding import rebuilding
from bench.serving import memory, over_http
from bench.writing import commands
from milepost.app import garbage_collection
from milepost.embedded.postgres.server import start
from tests.milepost.conftest import reachable

Figure = Callable[[Ground], dict[str, Any]]
FIGURES: tuple[Figure, ...] = (
    commands, over_http, answer_to_row, history_import, long_projects, rebuilding, growth, memory,
    relaying, projecting, carried_to_row,
)  # fmt: skip


def main() -> None:
    by_name = {figure.__name__: figure for figure in FIGURES}
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("--part", type=float, default=1.0, help="measure only so much of it")
    parser.add_argument("figures", nargs="*", choices=[[], *by_name], help="only these")
    asked = parser.parse_args()
    garbage_collection.seldom()  # as in every process of Milepost
    began, folder = perf_counter(), reachable()
    try:
        with start(folder / "data", say) as server:
            ground = Ground(server, asked.part)
            with ground.ended:
                figures = {name: _measured(by_name[name], ground) for name in asked.figures or by_name}
    finally:
        shutil.rmtree(folder)
    print(json.dumps(_whole(figures, asked.part, perf_counter() - began), indent=2))


def _measured(figure: Figure, ground: Ground) -> dict[str, Any]:
    say(f"measuring {figure.__name__}")
    began = perf_counter()
    found = figure(ground)
    what = " ".join((figure.__doc__ or "").split())
    return {"what": what, **found, "took_seconds": round(perf_counter() - began, 1)}


def _whole(figures: dict[str, Any], part: float, took: float) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processors": os.cpu_count(),
            "load_before": round(os.getloadavg()[2], 2),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "part": part,
        "took_seconds": round(took, 1),
        "missed": _missed(figures),
        "figures": figures,
    }


def _missed(figures: dict[str, dict[str, Any]]) -> list[str]:
    """Where a target is not met, by its place in the document."""
    return [
        f"{figure}.{name}"
        for figure, found in figures.items()
        for name, value in found.items()
        if isinstance(value, dict) and cast("dict[str, Any]", value).get("met") is False
    ]


if __name__ == "__main__":
    main()
