"""The command line: every command of the domain by its name, and what runs, shows and moves the log.

This module imports only click and the list of commands, so that help, version and completion answer at once.
"""

import sys
from contextlib import AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from milepost.cli.command_group import LazyGroup
from milepost.cli.command_list import COMMANDS
from milepost.cli.command_sources import SOURCES
from milepost.cli.printable import accept_any_text

if TYPE_CHECKING:
    from milepost.app.service import Service

HELP = "Projects through MOF's Deliver Phase, every action an event that stays."


def command_line() -> LazyGroup:
    """All commands in one group."""
    return LazyGroup("milepost", COMMANDS, load, HELP)


def load(name: str) -> click.Command:
    """The command of a name, with all that it needs imported."""
    source = next((source for source in SOURCES if name in source.names), None)
    if source is None:
        from milepost.cli.commands import domain_command

        return domain_command(name, _opened)
    factory = getattr(import_module(f"milepost.cli.{source.module}"), source.factory)
    made: list[click.Command] = factory(_opened) if source.needs_log else factory()
    return next(command for command in made if command.name == name)


def _opened() -> AbstractContextManager["Service"]:
    from milepost.app.bootstrap import open_existing_service
    from milepost.cli.output import say

    return open_existing_service(say=say)


def main() -> None:
    """Run the command line; failures are sentences, and exit codes are those that the README lists."""
    accept_any_text()
    try:
        command_line().main(prog_name="milepost")
    except Exception as error:
        _explain(error)


def _explain(error: Exception) -> NoReturn:
    """Print the sentence of a failure and exit. Raises the error where it is a fault of the program."""
    from milepost.cli.failures import explain
    from milepost.cli.output import say

    explained = explain(error)
    if explained is None:
        raise error
    sentence, code = explained
    say(f"milepost: {sentence}")
    sys.exit(code)
