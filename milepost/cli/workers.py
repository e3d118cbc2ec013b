"""The relay and the projectors on the command line."""

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

RELAY = "Publish the log to Kafka. One relay is active; any number of others stand by to take over."
PROJECT = "Apply the events in Kafka to read models: to those that are named, or to all. Any number may run."
REPUBLISH_ALL = click.Option(
    ["--republish-all"], is_flag=True, help="First have the whole log published again, after what the topic holds."
)
NAMES = click.Argument(["names"], nargs=-1, metavar="[NAME]...")


def worker_commands() -> list[click.Command]:
    """The commands that run the relay and the projectors."""
    return [
        click.Command("relay", params=[REPUBLISH_ALL], callback=_relay, help=RELAY),
        click.Command("project", params=[NAMES], callback=_project, help=PROJECT),
    ]


def _relay(republish_all: bool) -> None:
    from consumers.kafka.diagnostics import AccessProbe
    from consumers.kafka.relay import Relay
    from consumers.kafka.republish import republish_all as republish_log

    end_in_order()
    settings = settings_from(os.environ)
    brokers, replicas = brokers_of(settings), replicas_of(settings)
    with open_existing_log(settings, say) as log:
        logging_config.tell_more()
        feed = LogFeed(log)
        if republish_all:
            republish_log(log.conninfo, brokers, feed.source, replicas)
        owner = f"{socket.gethostname()}:{os.getpid()}"
        relay = Relay(log.conninfo, brokers, feed, replicas, owner)
        print_line(f"The relay publishes {log.identity().name} to {brokers.topic} at {brokers.bootstrap}.")
        until_told(
            {"the relay": relay.run, "the access probe": AccessProbe(brokers.bootstrap, brokers.security).run},
            lambda: None,
        )


def _project(names: Sequence[str]) -> None:
    from consumers.kafka.diagnostics import AccessProbe
    from consumers.kafka.topic_follower import follow_topic

    end_in_order()
    settings = settings_from(os.environ)
    chosen, brokers = named(names), brokers_of(settings)
    with open_existing_log(settings, say) as log:
        logging_config.tell_more()
        feed = LogFeed(log)
        members = {one.name: follow_topic(log.conninfo, feed.source, feed, brokers, [one]) for one in chosen}
        print_line(f"Projecting {', '.join(members)} from {brokers.topic} at {brokers.bootstrap}.")
        until_told(
            {
                **{name: member.run for name, member in members.items()},
                "the access probe": AccessProbe(brokers.bootstrap, brokers.security).run,
            },
            lambda: next((member.stopped for member in members.values() if member.stopped), None),
        )
