"""Options that many commands share: who asks, in which role, and JSON for programs."""

from collections.abc import Callable
from typing import Any

import click

Opener = Callable[[], Any]


class _Key(click.ParamType[str]):
    """A person or a role, as it is stored: upper case is folded."""

    name = "key"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from milepost.log.command_outcome import (
            KEY,  # here, as it brings the domain along, which most commands start without
        )

        folded = value.lower()
        if not KEY.fullmatch(folded):
            self.fail(f"{value!r} is no key: it is like ada, of a-z and 0-9, then also . _ -", param, ctx)
        return folded


ACTOR = click.Option(
    ["--as", "actor"], type=_Key(), envvar="MILEPOST_ACTOR", show_envvar=True, default="anonymous", help="Who asks."
)
ROLE = click.Option(["--as-role", "--role", "acting"], type=_Key(), help="The role that you act in.")
ACTING = click.Option(["--as-role", "acting"], type=_Key(), help="The role that you act in.")
JSON = click.Option(["--json", "json"], is_flag=True, help="Print JSON for programs.")
