"""A log whose last event can't be read, since somebody changed the database behind the service."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from milepost.app.bootstrap import open_or_create_service
from milepost.app.settings import Settings
from milepost.embedded.postgres.server import Server
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from tests.milepost.cli.conftest import Said, here
from tests.milepost.cli.test_program import PROPOSAL as PROPOSE
from tests.milepost.logs import removed, with_log
from tests.milepost.servers import until
from tests.milepost.serving import PROPOSAL, Site, served
from tests.milepost.tampering import tamper


@dataclass
class Damaged:
    """A database with two projects, of which the newer one's event was made unreadable."""

    server: Server
    address: str
    last: LogEntry

    def here(self, *arguments: str) -> Said:
        return here(*arguments, MILEPOST_DATABASE_URL=self.address)

    def put(self, data: bytes) -> None:
        with closing(Log(self.address)) as log:
            tamper(self.server, log, self.last.position, self.last.kind, data)

    @contextmanager
    def served(self) -> Generator[Site]:
        with open_or_create_service(Settings(database_url=self.address)) as service, served(service) as site:
            yield site


@pytest.fixture
def damaged(server: Server) -> Iterator[Damaged]:
    with removed(with_log(server)) as database:
        for key in ("sound", "spoilt"):
            told = here("propose-project", key, *PROPOSE, MILEPOST_DATABASE_URL=database.application)
            assert told.code == 0, told.error
        with closing(Log(database.application)) as log:
            *_, last = log.events()
        found = Damaged(server, database.application, last)
        found.put(b'{"type":')
        yield found


def says_what_to_do(sentence: str, position: int) -> bool:
    where = f"the log can't be read at position {position}, project-spoilt version 1: not an event of Milepost"
    return where in sentence and sentence.rstrip().endswith("find what is wrong, then restore a backup")


def test_is_read_on_and_written_no_more_until_it_is_restored(damaged: Damaged) -> None:
    with damaged.served() as site:
        assert {row["project"] for row in site.known("/v1/projects")["projects"]} == {"sound"}
        for place in ("/", "/v1/projects/sound", "/projects/sound", "/effectiveness"):
            assert site.client.get(place).status_code == 200, place
        for place in ("/v1/projects/spoilt", "/readyz"):
            told = site.client.get(place)
            assert told.status_code == 503, place
            assert says_what_to_do(told.json()["detail"], damaged.last.position), place
        told = site.client.post("/v1/projects/late/propose-project", json=PROPOSAL)
        assert (told.status_code, told.json()["type"]) == (503, "/problems/damaged")
        assert says_what_to_do(told.json()["detail"], damaged.last.position)
        damaged.put(damaged.last.data)
        until(lambda: site.client.get("/readyz").status_code == 200)
        assert site.client.post("/v1/projects/late/propose-project", json=PROPOSAL).status_code == 200


def test_is_told_of_by_every_command_that_meets_it(damaged: Damaged, tmp_path: Path) -> None:
    told = damaged.here("propose-project", "late", *PROPOSE)
    assert (told.code, told.out, says_what_to_do(told.error, damaged.last.position)) == (2, "", True)
    doctor = damaged.here("doctor", "--json")
    [found] = [one for one in doctor.json["findings"] if one["what"] == "log"]
    assert (doctor.code, says_what_to_do(found["told"], damaged.last.position)) == (1, True)
    for arguments in (("projects",), ("projections", "list"), ("webhook", "list")):
        assert damaged.here(*arguments).code == 0, arguments
    assert damaged.here("parked", "list").code == 1
    assert damaged.here("export", str(tmp_path / "log.jsonl")).code == 0
    verified = damaged.here("verify", str(tmp_path / "log.jsonl"))
    assert (verified.code, f"{damaged.last.position}" in verified.out) == (1, True)
