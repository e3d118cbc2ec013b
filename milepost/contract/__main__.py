"""Writes the contract: `python -m milepost.contract`. With `publish`, what it says now is what may never break again.

Run in the folder of the sources, where `schemas/` lies.
"""

import sys
from pathlib import Path
from typing import Any

import orjson

from milepost.contract.asyncapi import document
from milepost.contract.compatibility import broken
from milepost.contract.schemas import files

FOLDER = Path("schemas")
PUBLISHED = FOLDER / "published.json"


def text_of(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def written() -> dict[Path, bytes]:
    """Every file of the contract, as the code has it."""
    made = {FOLDER / f"{name}.json": text_of(schema) for name, schema in files().items()}
    return made | {FOLDER / "asyncapi.json": text_of(document())}


def published() -> dict[str, Any]:
    """The schemas that subscribers may rely on, as they were published last."""
    found: dict[str, Any] = orjson.loads(PUBLISHED.read_bytes()) if PUBLISHED.exists() else {}
    return found


def main() -> None:
    """Write the files, unless something that was published would break."""
    if breaks := broken(published(), files()):
        sys.exit("\n".join(breaks))
    made = written()
    if sys.argv[1:] == ["publish"]:
        made[PUBLISHED] = orjson.dumps(published() | files(), option=orjson.OPT_APPEND_NEWLINE)
    for path, text in made.items():
        path.write_bytes(text)
    sys.stdout.write(f"{FOLDER}: {len(made)} files\n")


if __name__ == "__main__":
    main()
