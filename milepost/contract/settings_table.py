"""The table of settings in the README: `python -m milepost.contract.settings_table`, or `make generate`."""

import re
import sys
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path

from milepost.app.settings import MEANINGS, Settings, default_folders
from milepost.embedded.kafka.replicas import REPLICAS

README = Path("README.md")
HEAD = "| variable | default | what it means |\n|---|---|---|\n"
_TABLE = re.compile(r"^\| variable \|.*\n\|[-|]+\|\n(?:\|.*\n)+", re.MULTILINE)
_XDG = {name: f"/${name}" for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME")}


def table() -> str:
    """A row for each setting, in Markdown."""
    shown = defaults()
    rows = (f"| `MILEPOST_{name.upper()}` | {shown[name]} | {meaning} |\n" for name, meaning in MEANINGS.items())
    return HEAD + "".join(rows)


def defaults() -> Mapping[str, str]:
    """The default of each setting, in Markdown; empty if it is the empty string."""
    constants = {one.name: one.default for one in fields(Settings) if one.default is not MISSING}
    shown = {name: "" if value in ("", None) else f"`{value}`" for name, value in constants.items()}
    users, roots = default_folders(_XDG, uid=1), default_folders({}, uid=0)
    folders = {name: f"`{str(users[name])[1:]}`; for root `{roots[name]}`" for name in users}
    return shown | folders | {"kafka_replicas": f"`{REPLICAS}`, or as many as the embedded Kafka has"}


def replace_table(text: str) -> str:
    """The page with a new table of settings. Raises `ValueError` unless it has exactly one."""
    found, count = _TABLE.subn(lambda _: table(), text)
    if count != 1:
        raise ValueError(f"the page has {count} tables of settings; one begins with {HEAD.splitlines()[0]}")
    return found


def main() -> None:
    README.write_text(replace_table(README.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"{README}: {len(MEANINGS)} settings\n")


if __name__ == "__main__":
    main()
