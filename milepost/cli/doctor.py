"""The doctor on the command line: looks at all that a service needs, and says of each what to do."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import click
import psycopg

from consumers.event_log import ConsumerStopped
from consumers.kafka.security import InvalidSetting
from consumers.read_models.tables import connect
from domain.canary import SendCanary
from domain.log_opened import STREAM
from milepost import clock
from milepost.app.bootstrap import brokers_of, open_existing_database
from milepost.app.settings import Settings, Unfit, settings_from
from milepost.cli.options import ACTOR, JSON
from milepost.cli.output import as_json, say, table
from milepost.embedded.kafka.replicas import replicas_of
from milepost.embedded.postgres.server import PostgresError
from milepost.log.command_batch import MAX_CLOCK_LAG
from milepost.log.command_outcome import CommandRequest, LogUnavailable
from milepost.log.event_feed import LogFeed
from milepost.log.migrate import UnsafeDatabase
from milepost.log.store import Log, LogNotOpened, NoLog
from milepost.log.stored_event import DamagedLog
from milepost.log.writer import Writer
from milepost.reading.read_models import Models
from projections import projections

ILL, NO_LOG = 1, 2
CARRYING_SECONDS = 10.0
"""So long the log's last event may take to be in every read model."""

LEAST_FREE = 1 << 30
HELP = (
    "Look at settings, database, rights, log, clock, Kafka, read models and disk."
    " Exit code 1 if anything is wrong, 2 if there is no log."
)


class CheckResult(NamedTuple):
    """What was looked at, whether it is well, and what it says or what to do."""

    what: str
    well: bool
    told: str


def doctoring_commands() -> list[click.Command]:
    """The command that looks whether all is well."""
    canary = click.Option(
        ["--canary"], is_flag=True, help="Also write an event, kept for ever, and see it come through."
    )
    return [click.Command("doctor", params=[canary, ACTOR, JSON], callback=_doctor, help=HELP)]


def _doctor(canary: bool, actor: str, json: bool) -> None:
    findings, code = list[CheckResult](), ILL
    try:
        for finding in examined(actor if canary else None):
            findings.append(finding)
    except NoLog as error:
        findings.append(CheckResult("log", False, str(error)))
        code = NO_LOG
    well = all(finding.well for finding in findings)
    if json:
        as_json({"well": well, "findings": [finding._asdict() for finding in findings]})
    else:
        rows = [(one.what, "ok" if one.well else "WRONG", one.told) for one in findings]
        table(("what", "state", "what it says, or what to do"), rows)
    if not well:
        sys.exit(code)


def examined(sender: str | None = None) -> Iterator[CheckResult]:
    """Every finding; what rests on something that is wrong is not looked at. `sender` is who sends a canary, if any.

    Raises `NoLog` where there is no log to look at.
    """
    try:
        settings = settings_from(os.environ)
    except Unfit as error:
        yield CheckResult("settings", False, str(error))
        return
    yield CheckResult(
        "settings", True, ", ".join(f"{name}={value}" for name, value in settings.safe().items() if value)
    )
    if not settings.database_url and settings.data.exists():
        yield _disk(settings.data)
    yield from _database(settings, sender)


def _disk(data: Path) -> CheckResult:
    free = shutil.disk_usage(data).free
    told = f"{free / (1 << 30):.1f} GiB are free where {data} is"
    return CheckResult(
        "disk", free >= LEAST_FREE, told if free >= LEAST_FREE else f"{told}: make room before it is full"
    )


def _database(settings: Settings, sender: str | None) -> Iterator[CheckResult]:
    try:
        with open_existing_database(settings, say) as log:
            with log.connect() as connection:
                version = connection.info.server_version
            where = "yours" if settings.database_url else "embedded"
            yield CheckResult("database", True, f"PostgreSQL {version // 10_000}.{version % 10_000} answers ({where})")
            yield CheckResult("rights", True, "the role may read and append, no more, and the log is guarded")
            yield from _log(log, settings, sender)
    except UnsafeDatabase as error:
        yield CheckResult("rights", False, str(error))
    except (PostgresError, psycopg.OperationalError) as error:
        yield CheckResult("database", False, " ".join(str(error).split()))


def _log(log: Log, settings: Settings, sender: str | None) -> Iterator[CheckResult]:
    try:
        found = log.identity()
        log.sound_head()
    except (LogNotOpened, DamagedLog) as error:
        yield CheckResult("log", False, str(error))
        return
    named = settings.log_name in ("", found.name)
    told = f"{found.name}, generation {found.generation}, id {found.id}, {log.head().position:,} events"
    yield CheckResult("log", named, told if named else f"{told}; MILEPOST_LOG_NAME asks for {settings.log_name}")
    yield _clock(log)
    if settings.distributed:
        yield from _carried(log, settings)
    yield _models(log, settings.distributed)
    if sender:
        yield _canary(log, settings.distributed, sender)


def _clock(log: Log) -> CheckResult:
    last, now = log.sound_head().recorded_at, clock.now()
    if last and last > now + MAX_CLOCK_LAG:
        behind = (last - now).total_seconds()
        return CheckResult("clock", False, f"it is {behind:.0f} s behind the last event: set it right, then write")
    return CheckResult("clock", True, f"it is {now:%Y-%m-%d %H:%M:%S} UTC, the last event is older")


def _carried(log: Log, settings: Settings) -> Iterator[CheckResult]:
    """What stands between the log and the read models."""
    from consumers.kafka.kafka_health import check_kafka, check_relay

    try:
        brokers = brokers_of(settings)
    except InvalidSetting as error:
        yield CheckResult("kafka", False, str(error))
        return
    for looked in check_kafka(brokers, projections(), replicas_of(settings)):
        yield CheckResult(*looked)
    with connect(log.conninfo) as connection:
        yield CheckResult(*check_relay(connection, str(LogFeed(log).source)))


def _models(log: Log, distributed: bool) -> CheckResult:
    """How far the read models are; in the distributed way they have to come to the log's last event while we wait."""
    head = log.head().position
    with Models(log.conninfo, log, distributed) as models:
        if distributed and not models.wait_until(head, CARRYING_SECONDS):
            told = (
                f"event {head:,} didn't reach them all in {CARRYING_SECONDS:.0f} s: `milepost lag` says who is behind"
            )
            return CheckResult("read models", False, told)
        behind = head - models.position()
    told = f"{behind:,} events behind: whoever serves or lists brings them up" if behind else "they have every event"
    return CheckResult("read models", True, told)


def _canary(log: Log, distributed: bool, sender: str) -> CheckResult:
    """An event of no other meaning, on its way from the log into every read model."""
    began = monotonic()
    try:
        with Writer(log) as writer, Models(log.conninfo, log, distributed) as models:
            sent = writer.execute(CommandRequest(stream=STREAM, commands=(SendCanary(),), who=sender)).position
            if not distributed:
                models.catch_up()
            arrived = models.wait_until(sent, CARRYING_SECONDS)
    except (LogUnavailable, ConsumerStopped, psycopg.Error) as error:
        return CheckResult("canary", False, f"it was not sent or not taken in: {' '.join(str(error).split())}")
    told = f"event {sent:,} was in every read model {monotonic() - began:.2f} s after it was asked for"
    lost = f"event {sent:,} didn't come through in {CARRYING_SECONDS:.0f} s: `milepost lag` says who is behind"
    return CheckResult("canary", arrived, told if arrived else lost)
