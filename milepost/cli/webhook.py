"""Webhooks on the command line: register an address, list how far each is, retry, remove, and bring events there."""

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import click
from psycopg import Connection

from milepost.app import logging_config
from milepost.app.bootstrap import open_existing_log
from milepost.app.settings import settings_from
from milepost.cli.command_group import CommandGroup
from milepost.cli.options import JSON
from milepost.cli.output import Failed, as_json, print_line, say, table
from milepost.cli.shutdown import end_in_order, until_told
from milepost.log.command_outcome import KEY
from milepost.log.event_selection import NoSuchKind, select_events
from milepost.log.store import Log
from milepost.webhooks.addresses import Forbidden, target
from milepost.webhooks.handshake import allowed_rate
from milepost.webhooks.signature import new_secret
from milepost.webhooks.subscriptions import Hook, NameTaken, add, every, remove, retry

STILL = 1
NAME = click.Argument(["name"])
GROUP = "Bring events to addresses of others: signed, in their order, again until they are taken."
ADD = "Register an address that allows events from here, and print the key that they are signed with, this once."
LIST = "List every webhook, how far it is, and what stands in its way. Exit code 1 if one is parked or gone."
RETRY = "Bring events again to a webhook that was parked or is gone, from where it stopped or from elsewhere."
REMOVE = "Bring nothing there any more."
DELIVER = "Bring events to every webhook until stopped; any number of these may run."
AFTER = click.Option(["--after"], type=click.IntRange(0), help="Begin after this position of the log.")
PRIVATE = click.Option(["--private"], help="The address's host, named again: it may be at a private address, and http.")
PROJECT = click.Option(["--project"], help="Events of this project alone.")
KINDS = click.Option(["--kind", "kinds"], multiple=True, help="Events of this kind alone; may be given several times.")


def hooking_commands() -> list[click.Command]:
    """The command that looks after webhooks."""
    group = CommandGroup("webhook", help=GROUP)
    asked: list[click.Parameter] = [NAME, click.Argument(["url"]), PROJECT, KINDS, AFTER, PRIVATE, JSON]
    group.add_command(click.Command("add", params=asked, callback=_add, help=ADD))
    group.add_command(click.Command("list", params=[JSON], callback=_list, help=LIST))
    group.add_command(click.Command("retry", params=[NAME, AFTER, JSON], callback=_retry, help=RETRY))
    group.add_command(click.Command("remove", params=[NAME, JSON], callback=_remove, help=REMOVE))
    group.add_command(click.Command("deliver", callback=_deliver, help=DELIVER))
    return [group]


@contextmanager
def _registered() -> Generator[tuple[Log, Connection[Any]]]:
    with open_existing_log(settings_from(os.environ), say) as log, log.connect() as connection:
        yield log, connection


def _origin() -> str:
    """How receivers know this service: the name that people reach it under."""
    return urlsplit(settings_from(os.environ).address).hostname or "localhost"


def _add(
    name: str, url: str, project: str | None, kinds: Sequence[str], after: int | None, private: str | None, json: bool
) -> None:
    for key in filter(None, (name, project)):
        if not KEY.fullmatch(key):
            raise Failed(f"{key!r} is no key: it is like pay-2, of a-z and 0-9, then also . _ -")
    try:
        select_events(project, kinds)
        with _registered() as (log, connection):
            rate = allowed_rate(target(url, private), _origin())
            begin = log.head().position if after is None else after
            hook = Hook(name, url, new_secret(), begin, private, project, list(kinds) or None, rate)
            add(connection, hook)
    except (NoSuchKind, Forbidden, NameTaken) as error:
        raise Failed(str(error)) from error
    if json:
        as_json({"name": name, "after": begin, "rate": rate, "key": hook.secret})
    else:
        print_line(f"{name} gets what comes after position {begin}, signed with this key: {hook.secret}")


def _list(json: bool) -> None:
    columns = ("name", "state", "url", "project", "kinds", "position", "failures", "due", "why")
    with _registered() as (log, connection):
        found, head = every(connection), log.head().position
    if json:
        as_json({"head": head, "webhooks": [{name: getattr(hook, name) for name in columns} for hook in found]})
    else:
        table(columns, [[getattr(hook, name) for name in columns] for hook in found])
        say(f"{len(found)} webhooks; the log ends at {head}")
    if any(hook.state != "active" for hook in found):
        sys.exit(STILL)


def _retry(name: str, after: int | None, json: bool) -> None:
    with _registered() as (_, connection):
        _demand(retry(connection, name, after), name)
    _report(name, "active", f"{name} is active: `milepost webhook deliver` delivers to it", json)


def _remove(name: str, json: bool) -> None:
    with _registered() as (_, connection):
        _demand(remove(connection, name), name)
    _report(name, "removed", f"{name} is removed: nothing is delivered to it any more", json)


def _report(name: str, state: str, sentence: str, json: bool) -> None:
    if json:
        as_json({"name": name, "state": state})
    else:
        print_line(sentence)


def _demand(there: bool, name: str) -> None:
    if not there:
        raise Failed(f"there is no webhook {name}: `milepost webhook list` says which there are")


def _deliver() -> None:
    from milepost.webhooks.delivery import Delivering

    end_in_order()
    with open_existing_log(settings_from(os.environ), say) as log:
        logging_config.tell_more()
        print_line(f"Bringing the events of {log.identity().name} to its webhooks.")
        until_told({"webhooks": Delivering(log, _origin()).run}, lambda: None)
