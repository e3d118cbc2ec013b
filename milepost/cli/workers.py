"""Carrying on the command line: the relay, which carries the log to Kafka, and the projectors that hear it there."""

import os
import socket
from collections.abc import Sequence

import click

from milepost.app import logging_config
from milepost.app.bootstrap import brokers_of, open_existing_log
from milepost.app.settings import settings_from
from milepost.cli.output import print_line, say
from milepost.cli.read_model_names import named
from milepost.cli.shutdown import end_in_order, until_told
from milepost.embedded.kafka.replicas import replicas_of
from milepost.log.event_feed import LogFeed

RELAY = "Carry the log to Kafka. One relay is active; as many others as you like stand by to take over."
PROJECT = "Keep read models up with what Kafka carries: those that are named, or all. There may be many of each."
AGAIN = click.Option(["--again"], is_flag=True, help="First have the whole log sent anew, behind what the topic holds.")
NAMES = click.Argument(["names"], nargs=-1, metavar="[NAME]...")


def carrying_commands() -> list[click.Command]:
    """The commands that run what stands around Kafka."""
    return [
        click.Command("relay", params=[AGAIN], callback=_relay, help=RELAY),
        click.Command("project", params=[NAMES], callback=_project, help=PROJECT),
    ]


def _relay(again: bool) -> None:
    from consumers.kafka.access_probe import Knocking
    from consumers.kafka.relay import Relay
    from consumers.kafka.republish import send_again

    end_in_order()
    settings = settings_from(os.environ)
    brokers, replicas = brokers_of(settings), replicas_of(settings)
    with open_existing_log(settings, say) as log:
        logging_config.tell_more()
        feed = LogFeed(log)
        if again:
            send_again(log.conninfo, brokers, feed.source, replicas)
        owner = f"{socket.gethostname()}:{os.getpid()}"
        relay = Relay(log.conninfo, brokers, feed, replicas, owner)
        print_line(f"The relay carries {log.identity().name} to {brokers.topic} at {brokers.bootstrap}.")
        until_told({"the relay": relay.run, "knocking": Knocking(brokers).run}, lambda: None)


def _project(names: Sequence[str]) -> None:
    from consumers.kafka.access_probe import Knocking
    from consumers.kafka.consumer_group import member_of

    end_in_order()
    settings = settings_from(os.environ)
    chosen, brokers = named(names), brokers_of(settings)
    with open_existing_log(settings, say) as log:
        logging_config.tell_more()
        feed = LogFeed(log)
        members = {one.name: member_of(log.conninfo, feed.source, feed, brokers, one) for one in chosen}
        print_line(f"Projecting {', '.join(members)} from {brokers.topic} at {brokers.bootstrap}.")
        until_told(
            {**{name: member.run for name, member in members.items()}, "knocking": Knocking(brokers).run},
            lambda: next((member.stopped for member in members.values() if member.stopped), None),
        )
