"""The rows of the fault matrix, one to three injections each; `make chaos` gives them more."""

import subprocess
from collections.abc import Iterator

import pytest

from milepost.embedded.kafka.broker_cluster import Brokers as Running
from milepost.embedded.postgres.server import Server
from tests.brokers import Cluster
from tests.chaos.field import Ground
from tests.chaos.lives import forking
from tests.chaos.row import Row
from tests.chaos.rows import ROWS
from tests.consumers.conftest import server

__all__ = ["server"]


@pytest.fixture(scope="module")
def forks() -> Iterator["subprocess.Popen[str]"]:
    with forking() as made:
        yield made


@pytest.fixture
def ground(server: Server, broker: Running, cluster: Cluster, forks: "subprocess.Popen[str]") -> Ground:
    return Ground(server, broker.bootstrap, cluster, forks)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("row", ROWS, ids=[f"{row.name} {row.what}" for row in ROWS])
def test_finds_no_anomaly(row: Row, ground: Ground) -> None:
    assert row.tried(ground, row.tests).anomalies == {}
