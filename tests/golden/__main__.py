"""Writes the golden files: `python -m tests.golden`.

A kind that is new gets a line, and a kind that is gone loses its own; a line that stands is kept as it is. The answers
of the API are written anew.
"""

import shutil
import tempfile
from pathlib import Path

from milepost.embedded.postgres.server import start
from tests.domain.everything import KINDS
from tests.golden import api
from tests.golden.lines import PATH, golden, line_of


def write_lines() -> None:
    known = golden()
    lines = {kind: known.get(kind) or line_of(kind) for kind in KINDS}
    PATH.write_bytes(b"".join(line + b"\n" for _, line in sorted(lines.items())))
    print(f"{PATH}: {len(lines)} kinds")


def write_answers() -> None:
    folder = Path(tempfile.mkdtemp(prefix="milepost-golden-"))
    folder.chmod(0o755)  # the server has a user of its own
    server = start(folder / "data", print)
    try:
        with api.portfolio(server) as site:
            found = api.answers(site)
    finally:
        server.stop()
        shutil.rmtree(folder)
    for path in api.FOLDER.glob("*.json"):
        path.unlink()
    api.FOLDER.mkdir(exist_ok=True)
    for name, answer in found.items():
        (api.FOLDER / f"{name}.json").write_bytes(answer)
    print(f"{api.FOLDER}: {len(found)} answers")


if __name__ == "__main__":
    write_lines()
    write_answers()
