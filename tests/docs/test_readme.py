"""The README, and what it leads to."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from domain.commands import commands
from milepost.app.bootstrap import open_or_create_service
from milepost.app.settings import Settings
from milepost.contract.settings_table import replace_table
from tests.milepost.serving import Site, served

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PROGRAM = Path(sys.executable).parent / "milepost"
CURL = f"#!{sys.executable}\n" + (Path(__file__).parent / "curl.py").read_text()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """What `make run` serves, without the portfolio."""
    folder = Path(tempfile.mkdtemp(prefix="milepost-"))
    folder.chmod(0o755)
    with (
        open_or_create_service(Settings(data=folder / "data", log_name="test/readme")) as service,
        served(service) as found,
    ):
        yield found
    shutil.rmtree(folder)


def blocks(heading: str) -> str:
    """The shell blocks under a heading."""
    section = re.split(r"^## ", README, flags=re.MULTILINE)
    [found] = [one for one in section if one.startswith(heading)]
    return "\n".join(re.findall(r"```sh[^\n]*\n(.*?)```", found, re.DOTALL))


def typed(script: str, folder: Path, **environment: str) -> str:
    """What a shell prints for this; where the machine has no curl, one that is enough for the tour stands in."""
    if not shutil.which("curl"):
        (folder / "curl").write_text(CURL)
        (folder / "curl").chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")}
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env=clean | {"PATH": path} | environment, capture_output=True,
        text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_tours_work(site: Site, tmp_path: Path) -> None:
    told = typed(blocks("A tour by curl"), tmp_path, M=str(site.client.base_url)).strip().splitlines()
    assert len(told) == 5
    assert not [line for line in told if "/problems/" in line]
    assert '"kind":"review.called/1"' in told[1]
    assert '"kind":"signoff.given/1"' in told[2]
    assert '"blocking":[{' in told[3]
    assert "project.proposed/1" in told[4]
    script = blocks("The same on the command line").replace("/path/that/make/run/says", str(site.service.settings.data))
    told_again = typed(script.replace(".venv/bin/milepost", str(PROGRAM)), tmp_path, COLUMNS="200")
    for expected in ("tour-1", "Not met", "Project proposed", "risk.assessed/1", "it is whole and unchanged in itself"):
        assert expected in told_again


def test_lists_every_setting_with_its_default() -> None:
    assert replace_table(README) == README, "run: make generate"
    assert set(re.findall(r"^\| `MILEPOST_([A-Z_]+)` \|", README, re.MULTILINE)) == {
        one.name.upper() for one in fields(Settings)
    }


def test_names_only_commands_that_there_are() -> None:
    told = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=60).stdout
    known = set(re.findall(r"^  ([a-z-]+)(?: |$)", told, re.MULTILINE))
    named = set(re.findall(r"(?:bin/|`)milepost ([a-z][a-z-]+)", README))
    assert commands().keys() <= known
    assert named
    assert named <= known


@pytest.mark.parametrize(
    "page", ["README.md", *sorted(str(one.relative_to(ROOT)) for one in ROOT.glob("docs/**/*.md"))]
)
def test_leads_to_pages_that_are_there(page: str) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / page).read_text()):
        assert link.startswith("https://") or (ROOT / page).parent.joinpath(link).exists(), (page, link)
