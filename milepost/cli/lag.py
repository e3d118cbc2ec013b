"""The lag of the read models and the relay, on the command line."""

import os

import click

from consumers.read_models.tables import connect, prepare
from consumers.read_models.versions import versions_of
from milepost.app.bootstrap import open_existing_log
from milepost.app.settings import settings_from
from milepost.cli.options import JSON
from milepost.cli.output import as_json, say, table
from milepost.log.event_feed import LogFeed
from projections import projections

HELP = "Say how many events of the log each read model has still to take in, and how old the oldest of them is."


def lagging_commands() -> list[click.Command]:
    """The command that shows the lag."""
    return [click.Command("lag", params=[JSON], callback=_lag, help=HELP)]


def _lag(json: bool) -> None:
    from consumers.kafka.lag import read_lags

    with open_existing_log(settings_from(os.environ), say) as log, connect(log.conninfo) as connection:
        prepare(connection)
        found = read_lags(connection, versions_of(connection, projections()), LogFeed(log))
        head = log.head().position
    if json:
        as_json({"head": head, "lag": [one._asdict() for one in found]})
        return
    rows = [(one.name, one.state, one.partition, one.position, one.events, f"{one.seconds:.1f}") for one in found]
    table(("name", "state", "partition", "position", "events behind", "seconds behind"), rows)
    say(f"the log ends at {head:,}")
