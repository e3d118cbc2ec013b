"""A service over HTTP, in a thread of the tests' own process."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import uvicorn

from milepost.app.service import Service
from milepost.web.app import application
from tests.milepost.servers import until

PROPOSAL: dict[str, Any] = {"title": "Pay", "project_kind": "it_service", "service": "pay", "customer": "sales"}
STEPS = {"document": "steps", "title": "How it is done", "digest": "sha256:" + "a" * 64}
LITTLE = ("services", "users", "downtime", "effort", "money", "experience", "reversibility", "data")
MINOR: dict[str, Any] = {
    "title": "Larger mailboxes",
    "project_kind": "change",
    "service": "mail",
    "customer": "sales",
    "answers": dict.fromkeys(LITTLE, 0),
    "team": [
        {"person": "grace", "role": "change-manager"},
        {"person": "linus", "role": "tester"},
        {"person": "omar", "role": "solution-manager"},
        {"person": "omar", "role": "program-manager"},
    ],
    "rfc": {
        "rfc": "r1",
        "services": ["mail"],
        "configuration_items": ["store"],
        "downtime_minutes": 0,
        "window_wanted": {"opens": "2026-01-01T00:00:00Z", "closes": "2099-01-01T00:00:00Z"},
        "rollback": STEPS,
    },
}
_numbers = count(1)


def a_key() -> str:
    """A key that no other test takes."""
    return f"pay-{next(_numbers)}"


@dataclass(frozen=True)
class Site:
    """A service, and a client that has its address."""

    service: Service
    client: httpx.Client

    @property
    def head(self) -> int:
        return self.service.log.head().position

    def tell(self, place: str, by: str = "ada", acting: str | None = None, **fields: Any) -> httpx.Response:
        """Give a command to a project: `tell("pay-1/assess-risk", risk="flood", …)`."""
        headers = {"Milepost-Actor": by, **({"Milepost-Role": acting} if acting else {})}
        return self.client.post(f"/v1/projects/{place}", json=fields, headers=headers)

    def proposed(self, by: str = "ada") -> str:
        """The key of a new project."""
        key = a_key()
        self._done(f"{key}/propose-project", by, **PROPOSAL)
        return key

    def before_a_shut_gate(self, key: str | None = None) -> str:
        """The key of a project at its gate `build-completed`, where nothing was built: all signed the review `go`."""
        key = key or a_key()
        self._done(f"{key}/propose", **MINOR)
        self._done(f"{key}/call-review", "omar", review="start", gates=["portfolio", "envisioned", "plan-approved"])
        self._done(f"{key}/give-signoff", "grace", "change-manager", review="start", reason="small and known")
        self._done(f"{key}/call-review", "omar", review="go", gates=["build-completed", "release-ready"])
        self._done(f"{key}/give-signoff", "linus", "tester", review="go")
        self._done(f"{key}/give-signoff", "grace", "change-manager", review="go", reason="small and known")
        return key

    def _done(self, place: str, by: str = "ada", acting: str | None = None, **fields: Any) -> None:
        told = self.tell(place, by, acting, **fields)
        assert told.status_code == 200, told.text

    def known(self, place: str, **parameters: Any) -> Any:
        """What an address says, once it reflects all that was written so far."""
        found = self.client.get(place, params={**parameters, "wait_for": self.head})
        assert found.status_code == 200, found.text
        return found.json()


@contextmanager
def served(service: Service) -> Generator[Site]:
    """The service on a free port of loopback; its read models follow."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(application(service), log_level="warning", server_header=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        service.models.follow()
        thread.start()
        try:
            until(lambda: server.started and service.models.position() >= service.log.head().position)
            with httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=30) as client:
                yield Site(service, client)
        finally:
            server.should_exit = True
            thread.join(30)
