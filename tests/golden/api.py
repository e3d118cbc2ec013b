"""The JSON of every answer of the API over a portfolio in which everything happened, without what changes by itself."""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson

from domain.event import Recorded
from milepost.app.bootstrap import open_or_create_service
from milepost.app.settings import Settings
from milepost.embedded.postgres.server import Server
from milepost.log.store import Log
from tests.conftest import history
from tests.consumers.telling import Telling
from tests.milepost.logs import migrated, removed
from tests.milepost.serving import PROPOSAL, Site, served
from tests.milepost.web.pages.portfolio import fill
from tests.projections.histories import EVENTFUL, eventful

FOLDER = Path(__file__).parent / "api"
CASE = {"document": "case", "title": "Why we need it", "digest": "sha256:" + "c" * 64, "size": 7, "media": "text/plain"}
FULL = PROPOSAL | {
    "summary": "Pay by card.",
    "business_case": CASE | {"location": "https://documents.example/case"},
    "external_ref": "PAY-7",
    "retention_class": "ten-years",
}
RISK = {"command": "assess-risk", "risk": "flood", "statement": "the river rises"}
AFTERWARDS: Mapping[str, str] = {
    "project-proposed": "/v1/projects/new-1",
}
READ: Mapping[str, str] = {
    "project": "/v1/projects/eventful",
    "project-signed": "/v1/projects/half-way",
    "project-emergency": "/v1/projects/down-1",
    "why": "/v1/projects/down-1/why",
    "why-waiting": "/v1/projects/mail-2/why",
    "why-over": "/v1/projects/mail-1/why",
    "projects": "/v1/projects?limit=4",
    "projects-half-way": "/v1/projects?after=half-wax&limit=1",
    "project-trail": "/v1/projects/eventful/trail?limit=200",
    "project-gates": "/v1/projects/eventful/gates",
    "project-phases": "/v1/projects/eventful/phases",
    "trail": "/v1/trail?limit=2",
    "due": "/v1/due?days=3660",
    "waiting": "/v1/waiting?role=change-manager",
    "inbox": "/v1/inbox",
    "figures-gates": "/v1/effectiveness/gates?by=origin&origin=simulated",
    "figures-phases": "/v1/effectiveness/phases?by=origin&origin=simulated",
    "figures-projects": "/v1/effectiveness/projects?by=origin&origin=simulated",
    "rows-gates": "/v1/effectiveness/gates/withdrawn",
    "rows-phases": "/v1/effectiveness/phases/passed_over",
    "rows-projects": "/v1/effectiveness/projects/held?by=origin&group=live",
    "livez": "/livez",
    "readyz": "/readyz",
    "problem-unknown": "/v1/projects/no-such",
    "problem-query": "/v1/projects?state=activ",
}
ASKED: Mapping[str, tuple[str, Any]] = {
    "outcome": ("/v1/projects/new-1/propose-project", FULL),
    "outcome-batch": ("/v1/projects/new-2/commands", {"commands": [{"command": "propose-project", **PROPOSAL}, RISK]}),
    "problem-rejected": ("/v1/projects/new-1/propose-project", PROPOSAL | {"title": "Other"}),
    "problem-fields": ("/v1/projects/new-1/assess-risk", {"risk": "NO KEY", "statment": "x"}),
    "problem-body": ("/v1/projects/new-1/assess-risk", "no object"),
}
_FLOAT = re.compile(r"(?<=:)-?\d+\.\d+(e-?\d+)?(?=[,}])")
_VOLATILE = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"), "MOMENT"),
    (re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?"), "DATE"),
    (re.compile(r"sha256:[0-9a-f]{64}"), "DIGEST"),
    (re.compile(r"sha256:[0-9a-f]{8}…"), "DIGEST…"),
)


@contextmanager
def portfolio(server: Server) -> Generator[Site]:
    """A service over projects to which everything happened."""
    with removed(migrated(server)) as database:
        settings = Settings(database_url=database.application, log_name="test/golden")
        with open_or_create_service(settings) as service:
            half = history(*EVENTFUL[:20], policy="default/1")
            for key, told in (("eventful", eventful()), ("half-way", half)):
                _write(service.log, key, told)
            fill(service)
            with served(service) as site:
                yield site


def _write(log: Log, key: str, told: list[Recorded]) -> None:
    """Write a history under a key. Its ids stay, as its events name them; those of the second project differ."""
    telling = Telling(log)
    other = "00000000" if key == "eventful" else "00000001"
    telling.write(
        *(
            replace(recorded, stream=f"project-{key}", log=log.identity().id, id=other + recorded.id[8:])
            for recorded in told
        )
    )


def answers(site: Site) -> dict[str, bytes]:
    """Each answer by the name of its file."""
    read = {name: site.client.get(address, headers=_asker(name)) for name, address in READ.items()}
    asked = {name: site.client.post(place, json=body, headers=_asker(name)) for name, (place, body) in ASKED.items()}
    refused = {"problem-refused": _refused(site)}
    site.known("/v1/projects")
    afterwards = {name: site.client.get(address) for name, address in AFTERWARDS.items()}
    return {name: _stable(found) for name, found in {**read, **asked, **refused, **afterwards}.items()}


def _asker(name: str) -> dict[str, str]:
    return {"Milepost-Actor": "grace", "Idempotency-Key": f"golden-{name}"}


def _refused(site: Site) -> httpx.Response:
    key = site.before_a_shut_gate("shut-1")
    headers = {"Milepost-Actor": "grace", "Milepost-Role": "change-manager", "Idempotency-Key": "golden-refused"}
    return site.client.post(f"/v1/projects/{key}/decide-review", json={"review": "go"}, headers=headers)


def _stable(found: httpx.Response) -> bytes:
    """The status and the JSON, with names in the place of ids, moments and digests, which differ from run to run."""
    text = found.text
    for pattern, name in _VOLATILE:
        text = pattern.sub(name, text)
    shown = {"status": found.status_code, "media": found.headers["content-type"], "body": _steady(text)}
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2) + b"\n"


def _steady(text: str) -> Any:
    """The JSON of a text, in which floats, which are measured times, are a name."""
    return orjson.loads(_FLOAT.sub('"NUMBER"', text))


def files() -> dict[str, bytes]:
    """The golden files by their names."""
    return {path.stem: path.read_bytes() for path in FOLDER.glob("*.json")}
