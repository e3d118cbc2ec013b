"""One service over HTTP for all tests of the API; each takes project keys of its own."""

from collections.abc import Iterator

import pytest

from milepost.app.bootstrap import open_or_create_service
from milepost.app.settings import Settings
from milepost.embedded.postgres.server import Server
from tests.milepost.logs import migrated, removed
from tests.milepost.serving import Site, served


@pytest.fixture(scope="session")
def site(server: Server) -> Iterator[Site]:
    with removed(migrated(server)) as database:
        settings = Settings(database_url=database.application, log_name="test/api")
        with open_or_create_service(settings) as service, served(service) as found:
            yield found
