"""Bootstrap: the one place where a database, a log and what works on it are put together.

Whether a log may be created is decided here alone: `open_existing_*` refuse where there is none and write nothing,
`open_or_create_*` make the database where it is embedded, and open the log.
"""

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING

from milepost import clock
from milepost.app import garbage_collection, logging_config
from milepost.app.service import Service
from milepost.app.settings import Settings, Unfit, settings_from
from milepost.embedded.postgres.server import NoDatabase, Server, start, start_existing
from milepost.embedded.say import Say, silent
from milepost.log.migrate import APPLICATION, is_migrated, migrate
from milepost.log.open_log import demand_name, open_log
from milepost.log.store import Log, LogNotOpened, NoLog
from milepost.log.writer import Writer
from milepost.policies import default_policy
from milepost.reading.read_models import Models
from milepost.tracing.setup import traced

if TYPE_CHECKING:
    from consumers.kafka.client import KafkaClients

NEW_LOG = "milepost.local"


@contextmanager
def open_existing_service(
    settings: Settings | None = None, say: Say = silent, environment: Mapping[str, str] = os.environ
) -> Generator[Service]:
    """A service on the log of the settings, ready for commands; closed in order afterwards.

    Raises `NoLog` where there is none; `Unfit`, `Unsafe`, `PostgresError`, `LogNotOpened` with what to do.
    """
    settings = settings or settings_from(environment)
    with open_existing_log(settings, say, environment) as log, _service(settings, log) as service:
        yield service


@contextmanager
def open_or_create_service(
    settings: Settings | None = None, say: Say = silent, environment: Mapping[str, str] = os.environ
) -> Generator[Service]:
    """The same; a log that isn't there yet is created."""
    settings = settings or settings_from(environment)
    with open_or_create_log(settings, say, environment) as log, _service(settings, log) as service:
        yield service


@contextmanager
def _service(settings: Settings, log: Log) -> Generator[Service]:
    with Writer(log) as writer, Models(log.conninfo, log, settings.distributed) as models:
        yield Service(settings, log, writer, models, clock.now)


@contextmanager
def open_existing_log(
    settings: Settings, say: Say = silent, environment: Mapping[str, str] = os.environ
) -> Generator[Log]:
    """The log of the settings alone.

    Raises `NoLog` where there is none, `LogNotOpened` where it has another name or another revision of the format.
    """
    with open_existing_database(settings, say, environment) as log:
        demand_name(log, settings.log_name)
        yield log


@contextmanager
def open_or_create_log(
    settings: Settings, say: Say = silent, environment: Mapping[str, str] = os.environ
) -> Generator[Log]:
    """The same; a log that isn't there yet is created under the name of the settings."""
    with open_or_create_database(settings, say, environment) as log:
        open_log(log, settings.log_name or _name_of(log), default_policy())
        yield log


def open_existing_database(
    settings: Settings, say: Say = silent, environment: Mapping[str, str] = os.environ
) -> AbstractContextManager[Log]:
    """The database of the settings with the log in it, whatever its name. Raises `NoLog` where there is none.

    The embedded database is started where it doesn't run, brought to this release, and stopped by its last user.
    """
    return _connect(settings, environment, lambda stack: _start_existing(settings, say, stack), demand_log=True)


def open_or_create_database(
    settings: Settings, say: Say = silent, environment: Mapping[str, str] = os.environ
) -> AbstractContextManager[Log]:
    """The database of the settings, whether or not a log was opened in it.

    The embedded one is made where it is missing, one of your own must have been migrated.
    """
    return _connect(
        settings, environment, lambda stack: _migrate(stack.enter_context(start(settings.data, say))), demand_log=False
    )


@contextmanager
def _connect(
    settings: Settings, environment: Mapping[str, str], embedded: Callable[[ExitStack], str], demand_log: bool
) -> Generator[Log]:
    logging_config.configure()
    garbage_collection.seldom()
    with ExitStack() as stack:
        stack.enter_context(traced(environment))
        log = Log(settings.database_url or embedded(stack), environment)
        stack.callback(log.close)
        if demand_log and log.head().position == 0:
            raise _no_log(settings)
        yield log


def _start_existing(settings: Settings, say: Say, stack: ExitStack) -> str:
    try:
        server = stack.enter_context(start_existing(settings.data, say))
    except NoDatabase as error:
        raise _no_log(settings) from error
    if not is_migrated(server.superuser_url):
        raise _no_log(settings)
    return _migrate(server)


def _migrate(server: Server) -> str:
    """Bring the embedded database to this release; how the application reaches it."""
    migrate(server.superuser_url, APPLICATION, server.password(APPLICATION))
    return server.application_url


def _no_log(settings: Settings) -> NoLog:
    place, setting = (
        ("the database of MILEPOST_DATABASE_URL", "that address")
        if settings.database_url
        else (str(settings.data.absolute()), "MILEPOST_DATA")
    )
    return NoLog(f"there is no log in {place}: check {setting}, or create one there with `milepost log open`")


def brokers_of(settings: Settings) -> "KafkaClients":
    """The Kafka of the settings. Raises `Unfit` if there is none, `InvalidSetting` for a setting that can't be used."""
    if not settings.distributed:
        raise Unfit("MILEPOST_KAFKA_BOOTSTRAP is not set: without a Kafka `milepost serve` follows the log itself")
    from consumers.kafka.client import KafkaClients  # here, as only those who carry or hear need Kafka's client
    from consumers.kafka.security import Security

    security = Security(
        settings.kafka_security,
        settings.kafka_ca,
        settings.kafka_certificate,
        settings.kafka_key,
        settings.kafka_user,
        settings.kafka_password_file,
    )
    return KafkaClients(settings.kafka_bootstrap, settings.kafka_topic, security.client_settings())


def _name_of(log: Log) -> str:
    """What the log that is here is called, or what a new one is."""
    try:
        return log.identity().name
    except LogNotOpened:
        return NEW_LOG
