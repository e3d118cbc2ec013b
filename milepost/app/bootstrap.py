"""Bootstrap: the one place where the real things meet, for a server and for a command beside it."""

import os
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from milepost import clock
from milepost.app import garbage_collection, logging_config
from milepost.app.service import Service
from milepost.app.settings import Settings, Unfit, settings_from
from milepost.embedded.postgres.server import start
from milepost.embedded.say import Say, silent
from milepost.log.migrate import APPLICATION, migrate
from milepost.log.open_log import open_log
from milepost.log.store import Log, NotOpened
from milepost.log.writer import Writer
from milepost.policies import default_policy
from milepost.reading.read_models import Models
from milepost.tracing.setup import traced

if TYPE_CHECKING:
    from consumers.kafka.client import Brokers

NEW_LOG = "milepost.local"


@contextmanager
def opened(
    settings: Settings | None = None, say: Say = silent, environment: Mapping[str, str] = os.environ
) -> Generator[Service]:
    """A service on the database of the settings, ready for commands; closed in order afterwards.

    A log that isn't there yet is opened. Raises `Unfit`, `Unsafe`, `PostgresError`, `NotOpened` with what to do.
    """
    settings = settings or settings_from(environment)
    with ExitStack() as stack:
        log = stack.enter_context(opened_log(settings, say, environment))
        writer = stack.enter_context(Writer(log))
        models = stack.enter_context(Models(log.conninfo, log, settings.distributed))
        yield Service(settings, log, writer, models, clock.now)


@contextmanager
def opened_log(settings: Settings, say: Say = silent, environment: Mapping[str, str] = os.environ) -> Generator[Log]:
    """The log of the settings alone, for those who carry or hear it; one that isn't there yet is opened."""
    with connected(settings, say, environment) as log:
        open_log(log, settings.log_name or name_of(log), default_policy())
        yield log


def brokers_of(settings: Settings) -> "Brokers":
    """The Kafka of the settings. Raises `Unfit` where there is none, `Unusable` where it can't be spoken to so."""
    if not settings.distributed:
        raise Unfit("MILEPOST_KAFKA_BOOTSTRAP is not set: without a Kafka `milepost serve` follows the log itself")
    from consumers.kafka.client import Brokers  # here, as only those who carry or hear need Kafka's client
    from consumers.kafka.security import Security

    security = Security(
        settings.kafka_security,
        settings.kafka_ca,
        settings.kafka_certificate,
        settings.kafka_key,
        settings.kafka_user,
        settings.kafka_password_file,
    )
    return Brokers(settings.kafka_bootstrap, settings.kafka_topic, security.settings())


@contextmanager
def connected(
    settings: Settings | None = None, say: Say = silent, environment: Mapping[str, str] = os.environ
) -> Generator[Log]:
    """The database of the settings, whether or not a log was opened in it.

    The embedded one is started where it doesn't run, brought to this release, and stopped by its last user. One of your
    own must have been migrated.
    """
    logging_config.configure()
    garbage_collection.seldom()
    settings = settings or settings_from(environment)
    with ExitStack() as stack:
        stack.enter_context(traced(environment))
        log = Log(settings.database_url or _embedded(settings, say, stack), environment)
        stack.callback(log.close)
        yield log


def _embedded(settings: Settings, say: Say, stack: ExitStack) -> str:
    server = stack.enter_context(start(settings.data, say))
    migrate(server.superuser_url, APPLICATION, server.password(APPLICATION))
    return server.application_url


def name_of(log: Log) -> str:
    """What the log that is here is called, or what a new one is."""
    try:
        return log.identity().name
    except NotOpened:
        return NEW_LOG
