"""The browser that the tests of the pages drive: found, or fetched by `python -m tests.chromium`.

In this order: a Chromium on PATH, Playwright's own if it was downloaded before; else Debian's package when we are
root, else Playwright's download. What can't be had is said in one line and fails the tests of the pages only.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT = ("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120")
LIMIT = 300  # seconds for each command


def find() -> Path | None:
    """The first Chromium here that starts, or none."""
    return next((path for path in _candidates() if _runs(str(path), "--version") is None), None)


def _candidates() -> Iterator[Path]:
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        yield Path(playwright.chromium.executable_path)


def fetch() -> Iterator[str]:
    """Installs Chromium in the ways open to us until one starts; yields why each of the others didn't do."""
    if os.geteuid() != 0:
        yield "only root may install Debian's package"
    elif why := _runs(*APT, "update") or _runs(*APT, "install", "--no-install-recommends", "chromium"):
        yield why
    if not find() and (why := _runs(sys.executable, "-m", "playwright", "install", "chromium")):
        yield why


def _runs(*command: str) -> str | None:
    """Nothing if the command ends well, else why not, in one line."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=LIMIT, env=quiet)
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout).strip().splitlines()[-1:]
        return f"{' '.join(command[-3:])}: {''.join(last)}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None


if __name__ == "__main__":
    reasons = [] if find() else list(fetch())
    if path := find():
        print(f"Chromium: {path}")
    else:
        print(f"Chromium can't be had ({'; '.join(reasons)}): the tests of the pages will fail, all others run")
