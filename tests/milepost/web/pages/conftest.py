"""A real service with a small portfolio in it, served over HTTP, and a real browser."""

import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from milepost.app.bootstrap import open_or_create_service
from milepost.app.service import Service
from milepost.app.settings import Settings
from milepost.embedded.postgres.server import Server
from milepost.web.app import application
from tests import chromium
from tests.milepost.logs import migrated, removed
from tests.milepost.servers import until
from tests.milepost.web.pages.portfolio import fill


def listening_socket() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def serving(service: Service, listening: socket.socket) -> Generator[None]:
    config = uvicorn.Config(application(service), log_level="warning", lifespan="on")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    until(lambda: running.started)
    yield
    running.should_exit = True
    thread.join(30)


@pytest.fixture(scope="session")
def listening() -> Iterator[socket.socket]:
    with listening_socket() as made:
        yield made


@pytest.fixture(scope="session")
def service(server: Server, listening: socket.socket) -> Iterator[Service]:
    """A service whose read models hold a small portfolio."""
    with removed(migrated(server)) as database:
        settings = Settings(database_url=database.application, port=listening.getsockname()[1], log_name="test/pages")
        with open_or_create_service(settings) as made:
            fill(made)
            made.models.follow()
            until(lambda: made.models.liveness().events_behind == 0)
            yield made


@pytest.fixture(scope="session")
def site(service: Service, listening: socket.socket) -> Iterator[str]:
    """The address under which it is served."""
    with serving(service, listening):
        yield service.settings.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = chromium.find()
    assert found, "there is no Chromium: run python -m tests.chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"], timeout=100_000)
        yield launched
        launched.close()
