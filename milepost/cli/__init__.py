"""The command line: every command of the domain by its name, and what runs, shows and moves the log."""

import sys
from contextlib import AbstractContextManager
from itertools import chain

import click
import psycopg

from consumers.carrying.security import Unusable
from consumers.feed import Unreachable
from consumers.rows.reader import NotBuilt
from milepost.bootstrap import opened
from milepost.cli.asking import domain_commands
from milepost.cli.bringing import importing_commands
from milepost.cli.brokering import kafka_commands
from milepost.cli.carrying import carrying_commands
from milepost.cli.doctoring import doctoring_commands
from milepost.cli.hooking import hooking_commands
from milepost.cli.lagging import lagging_commands
from milepost.cli.moving import moving_commands
from milepost.cli.output import say
from milepost.cli.parking import parking_commands
from milepost.cli.projecting import projecting_commands
from milepost.cli.running import running_commands
from milepost.cli.showing import showing_commands
from milepost.commands import Conflict, Invalid, KeyReused, Unavailable
from milepost.kafka import KafkaError
from milepost.log import NotOpened
from milepost.migrate import Unsafe
from milepost.postgres import PostgresError
from milepost.problems import Problem
from milepost.reading import Unknown
from milepost.service import Service
from milepost.settings import Unfit
from milepost.stored import Damaged

SAID = (Unfit, Unusable, Unsafe, NotOpened, Damaged, Invalid, Unknown, Conflict, KeyReused, Problem)
GONE = (PostgresError, KafkaError, Unavailable, NotBuilt, Unreachable)
FAILED, UNREACHABLE = 2, 5
ALONE = (
    running_commands, carrying_commands, projecting_commands, parking_commands, lagging_commands, doctoring_commands,
    kafka_commands, hooking_commands,
)  # fmt: skip


def command_line() -> click.Group:
    """All commands in one group."""
    group = click.Group("milepost", help="Projects through MOF's Deliver Phase, every action an event that stays.")
    on_a_log = (showing_commands, importing_commands, moving_commands, domain_commands)
    for command in chain(*(made() for made in ALONE), *(made(_opened) for made in on_a_log)):
        group.add_command(command)
    return group


def _opened() -> AbstractContextManager[Service]:
    return opened(say=say)


def main() -> None:
    """Run the command line; failures are sentences. Exit codes: 2 wrong, 3 rejected, 4 refused, 5 no server."""
    try:
        command_line().main(prog_name="milepost")
    except SAID as error:
        click.echo(f"milepost: {error}", err=True)
        sys.exit(FAILED)
    except GONE as error:
        click.echo(f"milepost: {error}", err=True)
        sys.exit(UNREACHABLE)
    except psycopg.OperationalError as error:
        click.echo(f"milepost: the database doesn't answer: {' '.join(str(error).split())}", err=True)
        sys.exit(UNREACHABLE)
