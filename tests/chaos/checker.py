"""The checker: what is in the log against what arrived in the topic and what read models hold, by Jepsen's names.

`lost-write` an answered command isn't in the log. `torn-command` only a part of one is. `false-conflict` one that was
written was refused. `unseen` an event is in no record, or in no row. `G1a` a record or a row shows what the log doesn't
hold. `duplicate` an event has its effect twice. `gap` a version is missing before another. `nonmonotonic-send` a
stream's events come out of order. `inconsistent-offsets` an event is in another partition than its stream's.
`stuck-partition` something isn't heard long after the last fault. `stale-token-read` an answer is older than was asked.
`poll-skip` a reader of the log was never shown an event that was there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kafka.consumer.fetcher import ConsumerRecord

from consumers.kafka.topic import partition_of
from domain.codec import decode
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from projections import projections
from tests.consumers.telling import Told, by_fold, in_models
from tests.consumers.topics import positions

ANOMALIES = (
    "lost-write",
    "torn-command",
    "false-conflict",
    "unseen",
    "G1a",
    "duplicate",
    "gap",
    "nonmonotonic-send",
    "inconsistent-offsets",
    "stuck-partition",
    "stale-token-read",
    "poll-skip",
)
Found = Counter[str]


def in_topic(log: Log, records: Sequence[ConsumerRecord]) -> Found:
    """What is wrong with what arrived; that something arrived twice is not."""
    stored = {event.position: event for event in log.events()}
    found, first = Found(), dict[int, ConsumerRecord]()
    for record, position in zip(records, positions(records), strict=True):
        first.setdefault(position, record)
        found["G1a"] += not _tells(record, stored.get(position))
        found["inconsistent-offsets"] += record.partition != partition_of((record.key or b"").decode())
    found["unseen"] = len(stored.keys() - first.keys())
    return found + _out_of_order([stored[position] for position in first if position in stored])


def _tells(record: ConsumerRecord, event: LogEntry | None) -> bool:
    return event is not None and (record.key, record.value) == (event.stream.encode(), event.data)


def _out_of_order(events: Iterable[LogEntry]) -> Found:
    found, last = Found(), defaultdict[str, int](int)
    for event in events:
        found["nonmonotonic-send"] += event.version < last[event.stream]
        found["gap"] += event.version > last[event.stream] + 1
        last[event.stream] = max(last[event.stream], event.version)
    return found


def raw_duplicates(records: Sequence[ConsumerRecord]) -> int:
    """How many records tell once more what was told; allowed, and counted."""
    return len(records) - len(set(positions(records)))


def in_rows(log: Log, expected: Told | None = None) -> Found:
    """What is wrong with the read models, row by row."""
    found, folded, held = Found(), expected or by_fold(log), in_models(log.conninfo)
    keys = {projection.name: ("stream", *projection.key) for projection in projections()}
    for name, rows in folded.items():
        found += _compared(_by_key(rows, keys[name]), _by_key(held.get(name, []), keys[name]))
    trail = Counter((row["stream"], row["version"]) for row in held.get("audit_trail", []))
    found["duplicate"] += sum(count - 1 for count in trail.values())
    return found


def _by_key(rows: Iterable[Mapping[str, Any]], key: Sequence[str]) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    return {tuple(row[name] for name in key): row for row in rows}


def _compared(folded: dict[tuple[Any, ...], Any], held: dict[tuple[Any, ...], Any]) -> Found:
    found = Found()
    found["unseen"] = len(folded.keys() - held.keys())
    found["G1a"] = len(held.keys() - folded.keys())
    for key in folded.keys() & held.keys():
        if folded[key] != held[key]:
            found["unseen" if held[key]["version"] < folded[key]["version"] else "duplicate"] += 1
    return found


def in_log(log: Log) -> Found:
    """What is wrong with the log itself: versions and positions have no gap."""
    found = _out_of_order(log.events())
    places = [event.position for event in log.events()]
    found["gap"] += sum(after != before + 1 for before, after in zip([0, *places], places, strict=False))
    return found


def of_commands(log: Log, answered: Mapping[str, int], asked: Mapping[str, int]) -> Found:
    """What is wrong with commands: by id how many events each has, of all that were asked and of those answered."""
    written = Counter(decode(event.data).command for event in log.events())
    found = Found()
    found["lost-write"] = sum(written[command] == 0 for command in answered)
    found["torn-command"] = sum(0 < written[command] < count for command, count in asked.items())
    found["duplicate"] = sum(written[command] > count for command, count in asked.items())
    return found
