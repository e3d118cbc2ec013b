"""The rows of the fault matrix, one to three injections each; `make chaos` gives them more."""

import pytest

from milepost.kafka.brokers import Brokers as Running
from milepost.postgres import Server
from tests.brokers import Cluster
from tests.chaos.field import Ground
from tests.chaos.row import Dose, Row
from tests.chaos.rows import ROWS
from tests.consumers.conftest import server

__all__ = ["server"]


@pytest.fixture
def ground(server: Server, broker: Running, cluster: Cluster) -> Ground:
    return Ground(server, broker.bootstrap, cluster)


TRIED = [(row, row.tests) for row in ROWS if row.tests]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("row", "dose"), TRIED, ids=[f"{row.name} {row.what}" for row, _ in TRIED])
def test_finds_no_anomaly(row: Row, dose: Dose, ground: Ground) -> None:
    assert row.tried(ground, dose).anomalies == {}
