"""Groups of commands whose help is whole, and the one at the top, which loads a command when it is run.

Help, version and completion read the generated list of commands; they import no command and no domain.
"""

from collections.abc import Callable, Iterable
from importlib.metadata import version
from itertools import groupby
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem

Loader = Callable[[str], click.Command]
HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


class Listed(NamedTuple):
    """A command in the help: its name, the section it stands in, and what it does in a few words."""

    name: str
    section: str
    help: str


class CommandGroup(click.Group):
    """A group that shows the first sentence of each command, wrapped and never cut off."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        _write(formatter, [Listed(name, "Commands", first_sentence(one.help or "")) for name, one in found if one])


class LazyGroup(click.Group):
    """The group at the top: lists commands from data, and loads one only when it is run or asked for its help."""

    def __init__(self, name: str, listed: Iterable[Listed], load: Loader, summary: str) -> None:
        super().__init__(name, help=summary, params=[VERSION], context_settings=HELP_OPTIONS)
        self.listed = {one.name: one for one in listed}
        self._load = load

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self._load(cmd_name) if cmd_name in self.listed else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write(formatter, list(self.listed.values()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        begun = [one for one in self.listed.values() if one.name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [CompletionItem(one.name, help=one.help) for one in begun] + options


def first_sentence(text: str) -> str:
    """The first sentence of a help text, without its full stop."""
    return " ".join(text.split()).partition(". ")[0].rstrip(".")


def _write(formatter: click.HelpFormatter, listed: list[Listed]) -> None:
    """Write the commands, each section under its title; whatever is listed together stays together."""
    column = max((len(one.name) for one in listed), default=0)
    for section, members in groupby(listed, key=lambda one: one.section):
        with formatter.section(section):
            formatter.write_dl([(one.name.ljust(column), one.help) for one in members], col_max=column)


def _show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        click.echo(f"milepost {version('milepost')}")
        ctx.exit()


VERSION = click.Option(
    ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_show_version,
    help="Show the version and exit.",
)  # fmt: skip
