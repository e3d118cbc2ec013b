"""All commands of the command line, those in groups included."""

from collections.abc import Iterator

import click

from milepost.cli import command_line

ROOT = command_line()


def every(group: click.Group = ROOT, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it; of a group its commands and not itself."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command, name
        if isinstance(command, click.Group):
            yield from every(command, (*above, name))
        else:
            yield (*above, name), command
