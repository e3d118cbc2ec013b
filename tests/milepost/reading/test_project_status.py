"""The status of a project: one fact, the same in lists, figures, API, page and command line, imports included."""

import html
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.state.project import fold
from milepost.app.bootstrap import open_or_create_service
from milepost.app.settings import Settings
from milepost.demo.simulate import simulate
from milepost.embedded.postgres.server import Server
from milepost.imports import import_file
from milepost.web.pages.template_filters import words
from tests.milepost.imports.histories import BIRTH, KEP, PEOPLE, change, jsonl
from tests.milepost.logs import migrated, removed
from tests.milepost.serving import Site, served

FIELDS = ("state", "phase", "next_gate")
Status = dict[str, str | None]
ROOT = Path(__file__).parents[3]
HISTORY = (
    *BIRTH,
    change(0, "status", "provisional"),
    change(10, "status", "implementable", was="provisional"),
    change(20, "stage", "beta"),
    change(30, "stage", "stable", was="beta"),
    change(40, "status", "implemented", was="implementable"),
    change(50, "title", "B", proposal="78"),
    change(51, "status", "implementable", proposal="78"),
    change(52, "status", "withdrawn", was="implementable", proposal="78"),
    change(53, "title", "C", proposal="79"),
    change(54, "status", "implementable", proposal="79"),
)


@pytest.fixture(scope="module")
def site(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with removed(migrated(server)) as database:
        settings = Settings(database_url=database.application, log_name="test/status")
        with open_or_create_service(settings) as service, served(service) as found:
            simulate(service.writer, 60, seed=1)
            file = jsonl(tmp_path_factory.mktemp("import") / "history.jsonl", HISTORY)
            import_file(service.log, service.writer, file, KEP, PEOPLE, "ada")
            yield found


@pytest.fixture(scope="module")
def listed(site: Site) -> dict[str, dict[str, Any]]:
    """The rows of the list of projects, by their keys."""
    return {row["project"]: row for row in site.known("/v1/projects", limit=200)["projects"]}


def status_in(row: dict[str, Any]) -> Status:
    return {name: row.get(name) for name in FIELDS}


def test_portfolio_has_live_states_and_imports(listed: dict[str, dict[str, Any]]) -> None:
    assert {row["state"] for row in listed.values()} == {"active", "held", "cancelled", "deployed"}
    assert status_in(listed["kep-77"]) == {"state": "deployed", "phase": None, "next_gate": None}
    assert status_in(listed["kep-78"])["state"] == "cancelled"
    assert status_in(listed["kep-79"]) == {"state": "active", "phase": "build", "next_gate": "build-completed"}


def test_status_of_the_log_and_of_lists_is_the_same(site: Site, listed: dict[str, dict[str, Any]]) -> None:
    for key, row in listed.items():
        status = fold(site.service.reading.history(key)).status
        assert status_in(row) == {name: getattr(status, name) for name in FIELDS}, key


def test_status_in_the_api_and_in_lists_is_the_same(site: Site, listed: dict[str, dict[str, Any]]) -> None:
    for key, row in listed.items():
        assert status_in(site.client.get(f"/v1/projects/{key}").json()) == status_in(row), key


def test_status_on_the_page_and_in_lists_is_the_same(site: Site, listed: dict[str, dict[str, Any]]) -> None:
    for key, row in listed.items():
        page = site.client.get(f"/projects/{key}", headers={"Accept": "text/html"}).text
        lead = re.search(r'<p class="lead">(.*?)</p>', page, re.DOTALL)
        assert lead, key
        text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", lead[1])).split())
        assert words(row["state"]) in text, key
        assert ("in " + words(row["phase"]).lower() in text) if "phase" in row else " in " not in text, (key, text)
        following = re.search(r", next gate ([a-z ]+?)(?= simulated| import:|$| \d)", text)
        assert (following[1] if following else "–") == words(row.get("next_gate")).lower(), (key, text)


def test_status_on_the_command_line_and_in_lists_is_the_same(site: Site, listed: dict[str, dict[str, Any]]) -> None:
    rows = {row["project"]: row for row in printed(site, "projects")["rows"]}
    assert {key: status_in(row) for key, row in rows.items()} == {key: status_in(row) for key, row in listed.items()}
    for key in ("kep-77", "kep-78", "kep-79"):
        assert status_in(printed(site, "show", key)) == status_in(listed[key])


def printed(site: Site, *command: str) -> Any:
    environment = {"PATH": "/usr/bin:/bin", "MILEPOST_DATABASE_URL": site.service.settings.database_url}
    run = [sys.executable, "-c", "from milepost.cli import main; main()", *command, "--json"]
    shown = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, timeout=60)
    assert shown.returncode == 0, shown.stderr
    return orjson.loads(shown.stdout)


@pytest.mark.parametrize("origin", ["simulated", "import:kep"])
def test_figures_count_as_many_projects_as_lists_have(
    site: Site, listed: dict[str, dict[str, Any]], origin: str
) -> None:
    rows = [row for row in listed.values() if row["origin"] == origin]
    states = Counter(row["state"] for row in rows)
    figures = site.known("/v1/effectiveness/projects", origin=origin)["figures"]
    for state in ("active", "held", "cancelled", "deployed"):
        assert sum(row[state] for row in figures) == states[state], state


def test_phase_that_is_open_is_the_phase_in_lists(site: Site, listed: dict[str, dict[str, Any]]) -> None:
    for key, row in listed.items():
        phases = site.known(f"/v1/projects/{key}/phases")["phases"]
        now = [one["phase"] for one in phases if one["outcome"] in ("open", "cancelled") and "entered_at" in one]
        assert row.get("phase") in (now or [None]), (key, phases)
