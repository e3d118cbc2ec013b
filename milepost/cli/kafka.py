"""The embedded Kafka on the command line: start it, stop it, and say how it is."""

import os
import sys
from collections.abc import Sequence

import click

from milepost.app.settings import Settings, settings_from
from milepost.cli.command_group import CommandGroup
from milepost.cli.options import JSON
from milepost.cli.output import Failed, as_json, remark, say, table
from milepost.embedded.kafka.broker_cluster import BrokerStatus, seen, start, stop_kept
from milepost.embedded.kafka.metadata_probe import HOST

NOT_RUNNING = 5
MOST = 5
COUNT = click.Option(
    ["--brokers"], type=click.IntRange(1, MOST), help="How many brokers a new cluster has; 1 where nothing is said."
)


def kafka_commands() -> list[click.Command]:
    """The command that looks after brokers of our own."""
    group = CommandGroup("kafka", help="Run a Kafka of our own on this machine, for trials and tests.")
    group.add_command(click.Command("start", params=[COUNT, JSON], callback=_start, help=START))
    group.add_command(click.Command("stop", params=[JSON], callback=_stop, help=STOP))
    group.add_command(click.Command("status", params=[JSON], callback=_status, help=STATUS))
    return [group]


NEXT = "Use it: export MILEPOST_KAFKA_BOOTSTRAP={}"
START = "Start the brokers, which run until `milepost kafka stop`; those that run already are left as they are."
STOP = "Stop the brokers, unless another program uses them."
STATUS = "Say which brokers run, and where. Exit code 5 unless all of them answer."


def _start(brokers: int | None, json: bool) -> None:
    settings = settings_from(os.environ)
    running = start(settings.kafka_data, settings.kafka_jars, say, brokers)
    running.keep()
    _tell(settings, seen(settings.kafka_data), json)
    say(NEXT.format(running.bootstrap))


def _stop(json: bool) -> None:
    settings = settings_from(os.environ)
    if not stop_kept(settings.kafka_data):
        raise Failed("Other programs use the brokers: stop those, and the last of them stops the brokers too.")
    _tell(settings, seen(settings.kafka_data), json)


def _status(json: bool) -> None:
    settings = settings_from(os.environ)
    found = seen(settings.kafka_data)
    _tell(settings, found, json)
    if not found or not all(one.answers for one in found):
        sys.exit(NOT_RUNNING)


def _tell(settings: Settings, found: Sequence[BrokerStatus], json: bool) -> None:
    bootstrap = ",".join(f"{HOST}:{one.broker.port}" for one in found if one.alive)
    data = str(settings.kafka_data.resolve())
    if json:
        as_json({"data": data, "bootstrap": bootstrap, "brokers": [_told(one) for one in found]})
        return
    remark(f"Kafka in {data} is at {bootstrap}." if bootstrap else f"No Kafka runs in {data}.")
    table(("broker", "port", "state", "process"), [tuple(_told(one).values()) for one in found])


def _told(one: BrokerStatus) -> dict[str, object]:
    state = "answers" if one.answers else "doesn't answer" if one.alive else "stopped"
    return {"number": one.broker.number, "port": one.broker.port, "state": state, "pid": one.pid}
