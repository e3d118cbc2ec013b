"""Bootstrap: the one place where the real things meet, for a server and for a command beside it."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from milepost import clock
from milepost.log import Log
from milepost.migrate import APPLICATION, migrate
from milepost.models import Models
from milepost.opening import open_log
from milepost.policies import default_policy
from milepost.postgres import start
from milepost.service import Service
from milepost.settings import Settings, settings_from
from milepost.writer import Writer

Say = Callable[[str], None]


@contextmanager
def opened(
    settings: Settings | None = None, say: Say = lambda _: None, environment: Mapping[str, str] = os.environ
) -> Iterator[Service]:
    """A service on the database of the settings, ready for commands; closed in order afterwards.

    The embedded database is started where it doesn't run, brought to this release, and stopped by its last user. One of
    your own must have been migrated. Raises `Unfit`, `Unsafe`, `PostgresError` with what to do.
    """
    settings = settings or settings_from(environment)
    with ExitStack() as stack:
        conninfo = settings.database_url or _embedded(settings, say, stack)
        log = Log(conninfo, environment)
        stack.callback(log.close)
        open_log(log, settings.log_name, default_policy())
        writer = stack.enter_context(Writer(log))
        models = stack.enter_context(Models(conninfo, log))
        yield Service(settings, log, writer, models, clock.now)


def _embedded(settings: Settings, say: Say, stack: ExitStack) -> str:
    server = stack.enter_context(start(settings.data, say))
    migrate(server.superuser_url, APPLICATION, server.password(APPLICATION))
    return server.application_url
