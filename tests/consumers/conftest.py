"""A log with a feed, and what its read models have to be."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from consumers.kafka.client import KafkaClients
from milepost.embedded.kafka.broker_cluster import Brokers as Running
from milepost.embedded.postgres.server import Server, start
from milepost.log.event_feed import LogFeed
from milepost.log.open_log import open_log
from milepost.log.store import Log
from milepost.policies import default_policy
from tests.consumers.telling import Telling
from tests.milepost.logs import migrated
from tests.milepost.servers import drop


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A running server; it goes with the tests."""
    folder = Path(tempfile.mkdtemp(prefix="milepost-"))
    folder.chmod(0o755)  # the server runs as a user who may not pass through pytest's own folders
    running = start(folder / "data", print)
    yield running
    drop(running)
    shutil.rmtree(folder)


@pytest.fixture
def log(server: Server) -> Iterator[Log]:
    """A log that is open, in a database of its own."""
    found = Log(migrated(server).application)
    open_log(found, "test/log", default_policy())
    yield found
    found.close()


@pytest.fixture
def telling(log: Log) -> Telling:
    """Writes events to the log."""
    return Telling(log)


@pytest.fixture(params=["log"])
def feed(log: Log, request: pytest.FixtureRequest) -> LogFeed:
    """The feed that a projector hears; each kind of feed passes the same tests."""
    assert request.param == "log"
    return LogFeed(log)


@pytest.fixture
def brokers(broker: Running) -> KafkaClients:
    """A topic of its own, which isn't there yet."""
    return KafkaClients(broker.bootstrap, f"test.{uuid4().hex}")
