"""What was parked or kept apart, on the command line: list it, look at it, try it again, or let it be."""

import os
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any, NamedTuple

import click
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.kafka.parked_streams import UnpublishedStream, read_parked_streams, read_requested_retries, request_retry
from consumers.read_models.apply import StreamReader, decode_event
from consumers.read_models.parked_streams import Apart, bring_up, forget, kept_apart, take_up
from consumers.read_models.stream_state import ParkedStream, parked_in
from consumers.read_models.tables import Model, connect, prepare
from consumers.read_models.versions import followed
from milepost.app.bootstrap import brokers_of, open_existing_log
from milepost.app.settings import Settings, settings_from
from milepost.cli.command_group import CommandGroup
from milepost.cli.options import JSON
from milepost.cli.output import Failed, as_json, print_line, say, table
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections

STILL = 1
RELAY_SECONDS, BEAT_SECONDS = 10.0, 0.2
LONGEST_SHOWN = 2_000
WHAT = click.Argument(["what"], metavar="WHAT")
SEVERAL = click.Argument(["what"], nargs=-1, required=True, metavar="WHAT...")
ANY = click.Argument(["what"], nargs=-1, metavar="[WHAT]...")
GROUP = "Streams that a read model or the relay leaves out, and records of the topic that are no events of this log."
LIST = "List what is left out, and why. Exit code 1 if there is anything."
SHOW = "Show what is left out: a stream like project-pay-2, or a record as partition/offset."
RETRY = "Try again, all or what is named. Exit code 1 if something is left out still."
DISCARD = "Go on without the event that a stream is parked at; of a record, keep it apart no more. The log keeps all."


class Left(NamedTuple):
    """Something that is left out: what it is called, by whom, where it stands, and why."""

    what: str
    by: str
    place: str
    why: str


class RetryResult(NamedTuple):
    """What became of something that was left out."""

    what: str
    outcome: str


@dataclass(frozen=True)
class Lot:
    """Everything that is left out, and what it takes to do something about it."""

    settings: Settings
    log: Log
    feed: LogFeed
    connection: Connection[DictRow]

    @property
    def again(self) -> StreamReader:
        source = self.feed.source
        return lambda stream, after: [
            decode_event(line, source.log) for line in self.feed.read_streams([stream], after)
        ]

    def parked(self, what: Sequence[str] = ()) -> list[tuple[Model, ParkedStream]]:
        models = {model.name: model for model in followed(self.connection, projections())}
        return [
            (models[one.model], one)
            for one in parked_in(self.connection)
            if one.model in models and (not what or one.stream in what)
        ]

    def apart(self, what: Sequence[str] = ()) -> list[Apart]:
        return [one for one in kept_apart(self.connection) if not what or _name(one) in what]

    def unsent(self, what: Sequence[str] = ()) -> list[UnpublishedStream]:
        found = read_parked_streams(self.connection, str(self.feed.source))
        return [one for one in found.values() if not what or one.stream in what]

    def listed(self, what: Sequence[str] = ()) -> list[Left]:
        return [
            *(
                Left(one.stream, one.model, f"version {one.version}, {one.kind}", one.why)
                for _, one in self.parked(what)
            ),
            *(Left(one.stream, "relay", f"version {one.version}", one.reason) for one in self.unsent(what)),
            *(Left(_name(one), "topic", one.transport, one.why) for one in self.apart(what)),
        ]

    def demand(self, what: Iterable[str]) -> None:
        """Raise `Failed` where nothing of a name is left out."""
        known = {one.what for one in self.listed()}
        for name in what:
            if name not in known:
                raise Failed(f"{name} is not left out anywhere: `milepost parked list` says what is.")


def _name(apart: Apart) -> str:
    return f"{apart.partition}/{apart.offset}"


def parking_commands() -> list[click.Command]:
    """The command that looks after what is left out."""
    group = CommandGroup("parked", help=GROUP)
    group.add_command(click.Command("list", params=[JSON], callback=_list, help=LIST))
    group.add_command(click.Command("show", params=[WHAT, JSON], callback=_show, help=SHOW))
    group.add_command(click.Command("retry", params=[ANY, JSON], callback=_retry, help=RETRY))
    group.add_command(click.Command("discard", params=[SEVERAL, JSON], callback=_discard, help=DISCARD))
    return [group]


@contextmanager
def _lot() -> Generator[Lot]:
    settings = settings_from(os.environ)
    with open_existing_log(settings, say) as log, connect(log.conninfo) as connection:
        prepare(connection)
        yield Lot(settings, log, LogFeed(log), connection)


def _list(json: bool) -> None:
    with _lot() as lot:
        found = lot.listed()
    if json:
        as_json({"left_out": [one._asdict() for one in found]})
    else:
        table(("what", "left out by", "since", "why"), found)
        say(f"{len(found)} left out")
    if found:
        sys.exit(STILL)


def _show(what: str, json: bool) -> None:
    with _lot() as lot:
        lot.demand([what])
        found = lot.listed([what])
        told: dict[str, Any] = {"left_out": [one._asdict() for one in found]} | _held(lot, what)
    if json:
        as_json(told)
        return
    fields = [pair for one in found for pair in zip(("what", "left out by", "since", "why"), one, strict=True)]
    table(("field", "value"), [*fields, *((name, value) for name, value in told.items() if name != "left_out")])


def _held(lot: Lot, what: str) -> dict[str, Any]:
    """What stands there: the event as the log holds it, or the record as the topic does."""
    if apart := lot.apart([what]):
        return _record(lot, apart[0])
    versions = {parked.version for _, parked in lot.parked([what])} | {one.version for one in lot.unsent([what])}
    lines = lot.log.read_streams([what], min(versions) - 1)
    return {f"version {line.version}": _text(line.data) for line in lines if line.version in versions}


def _record(lot: Lot, apart: Apart) -> dict[str, Any]:

    found = brokers_of(lot.settings).read_record(apart.partition, apart.offset)
    if found is None:
        return {"record": "it is gone from the topic"}
    headers = {name: _text(value) for name, value in found.headers}
    return {"key": _text(found.key), "headers": headers, "value": _text(found.value)}


def _text(data: bytes | None) -> str:
    return "none" if data is None else data[:LONGEST_SHOWN].decode(errors="backslashreplace")


def _retry(what: Sequence[str], json: bool) -> None:
    with _lot() as lot:
        lot.demand(what)
        _report(_retried(lot, what), lot, what, json)
        left_out = lot.listed(what)
    if left_out:
        sys.exit(STILL)


def _retried(lot: Lot, what: Sequence[str]) -> Iterator[RetryResult]:
    for model, parked in lot.parked(what):
        left = take_up(lot.connection, model, parked, lot.again)
        outcome = f"{model.name} leaves it out still: {left.why}" if left else f"taken in by {model.name}"
        yield RetryResult(parked.stream, outcome)
    for apart in lot.apart(what):
        why = _tried(lot, apart)
        yield RetryResult(_name(apart), f"kept apart still: {why}" if why else "an event of ours, and taken in")
    yield from _send(lot, [unsent.stream for unsent in lot.unsent(what)])


def _report(results: Iterable[RetryResult], lot: Lot, what: Sequence[str], json: bool) -> None:
    """Print each result as soon as it is there; in JSON all, with what is left out still."""
    found: list[RetryResult] = []
    for result in results:
        found.append(result)
        if not json:
            print_line(f"{result.what}: {result.outcome}")
    if json:
        left_out = [one._asdict() for one in lot.listed(what)]
        as_json({"results": [one._asdict() for one in found], "left_out": left_out})


def _send(lot: Lot, streams: Sequence[str]) -> Iterator[RetryResult]:
    """Have the relay that is active send what it withheld, and wait a little for what becomes of it."""
    if not streams:
        return
    source = str(lot.feed.source)
    request_retry(lot.connection, source, streams)
    until = monotonic() + RELAY_SECONDS
    while read_requested_retries(lot.connection, source).keys() & set(streams) and monotonic() < until:
        sleep(BEAT_SECONDS)
    waiting, unsent = read_requested_retries(lot.connection, source), read_parked_streams(lot.connection, source)
    for stream in streams:
        if stream in waiting:
            yield RetryResult(stream, "no relay has tried it yet; it will as soon as one is active")
        elif one := unsent.get(stream):
            yield RetryResult(stream, f"the relay withholds it still: version {one.version}, {one.reason}")
        else:
            yield RetryResult(stream, "the relay has sent all of it")


def _tried(lot: Lot, apart: Apart) -> str | None:
    """Take in what the log has of the record's stream, if it is one of ours after all; else why it is not."""
    from consumers.kafka.records import NotAnEvent, parse_record

    found = brokers_of(lot.settings).read_record(apart.partition, apart.offset)
    if found is None:
        return "it is gone from the topic"
    try:
        event = parse_record(found, lot.feed.source)
    except NotAnEvent as foreign:
        return str(foreign)
    held = next(iter(lot.log.read_streams([event.stream], event.version - 1)), None)
    if held is None or held.data != event.data:
        return "the log holds no such event"
    parked = {(one.model, one.stream) for one in parked_in(lot.connection)}
    for model in followed(lot.connection, projections()):
        if model.projection.covers(event.stream) and (model.name, event.stream) not in parked:
            bring_up(lot.connection, model, event.stream, lot.again)
    forget(lot.connection, apart)
    return None


def _discard(what: Sequence[str], json: bool) -> None:
    with _lot() as lot:
        lot.demand(what)
        if unsent := lot.unsent(what):
            raise Failed(
                f"The relay leaves nothing out of {unsent[0].stream}, or whoever hears it would miss an event for ever "
                f"({unsent[0].reason}): restore what the log holds there, then `milepost parked retry`."
            )
        _report(_discarded(lot, what), lot, what, json)


def _discarded(lot: Lot, what: Sequence[str]) -> Iterator[RetryResult]:
    for model, parked in lot.parked(what):
        left = take_up(lot.connection, model, parked, lot.again, leaving_out=True)
        then = f"then parked at version {left.version}: {left.why}" if left else "all after it was taken in"
        yield RetryResult(parked.stream, f"{model.name} goes on without version {parked.version}; {then}")
    for apart in lot.apart(what):
        forget(lot.connection, apart)
        yield RetryResult(_name(apart), "kept apart no more")
