"""The service."""

import pytest

from milepost import clock
from milepost.app.service import Service
from milepost.app.settings import Settings
from milepost.log.store import Log
from milepost.log.writer import Writer
from milepost.reading.read_models import Models
from tests.milepost.logs import log, prepared, propose, writer

__all__ = ["log", "prepared", "writer"]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [100.0]
    monkeypatch.setattr("consumers.read_models.stall_detector.monotonic", lambda: moment[0])
    return moment


def test_is_not_ready_once_a_read_model_stands_still_that_others_keep_up(
    log: Log, writer: Writer, now: list[float]
) -> None:
    with Models(log.conninfo, log) as following:
        following.catch_up()
    with Models(log.conninfo, log, distributed=True) as models:
        service = Service(Settings(kafka_bootstrap="kafka:9092"), log, writer, models, clock.now)
        assert service.readiness()["ready"]
        writer.execute(propose("pay-1"))
        assert service.readiness()["ready"], "it has only just begun to wait"
        now[0] += 31
        told = service.readiness()
        assert (told["ready"], told["read_models"]["events_behind"]) == (False, 1)
        assert "has taken nothing in for 31 s, and there is more" in told["why"]
        with Models(log.conninfo, log) as following:
            following.catch_up()
        assert service.readiness()["ready"]


def test_is_not_ready_while_nobody_builds_the_read_models(log: Log, writer: Writer, now: list[float]) -> None:
    with Models(log.conninfo, log, distributed=True) as models:
        service = Service(Settings(kafka_bootstrap="kafka:9092"), log, writer, models, clock.now)
        assert service.readiness()["ready"]
        now[0] += 31
        assert service.readiness()["why"].endswith(
            "whoever builds the read models has taken nothing in for 31 s, and there is more"
        )
