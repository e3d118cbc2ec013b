"""Serving on the command line."""

import socket
import threading

import httpx

from milepost.app.bootstrap import open_or_create_service
from milepost.app.settings import Settings
from milepost.cli.server_process import Announced
from milepost.embedded.postgres.server import Server
from tests.milepost.logs import migrated, removed


def test_ends_at_once_though_somebody_listens_for_events(server: Server) -> None:
    with (
        removed(migrated(server)) as database,
        open_or_create_service(Settings(database_url=database.application, log_name="test/serving")) as service,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        announced = threading.Event()
        serving = Announced(service, announced.set)
        serving.config.timeout_graceful_shutdown = 120
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]})
        service.models.follow()
        thread.start()
        assert announced.wait(60)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/v1/events"
        with httpx.stream("GET", address, timeout=30) as answer:
            lines = answer.iter_lines()
            next(lines)
            serving.should_exit = True
            assert list(lines), "the stream ends in order"
        thread.join(60)
        assert not thread.is_alive(), "nobody waits until the server's own patience ends"
