"""Lines: a file of JSON Lines or CSV, read one record at a time; what can't be read is refused by its number."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import orjson

from milepost.imports.mapping import Mapping
from milepost.imports.report import ImportReport

LONGEST_LINE = 262_144
Value = str | tuple[str, ...] | None
"""What a field says: a text, a list of texts, or nothing any more."""


class Unimportable(Exception):
    """The file can't be read at all. Says why and what to do."""


class UnreadLine(ValueError):
    """One record can't be read. Says which of its fields, and what is expected there."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One change: of which project, when (UTC), in which unit, which field, from what to what."""

    number: int
    project: str
    at: datetime
    unit: str
    field: str
    was: Value
    becomes: Value


@dataclass(frozen=True)
class Read:
    """A file as it was read: SHA-256 of its bytes, how many records it has, and those that are lines."""

    digest: str
    count: int
    lines: list[SourceLine]


def read(path: Path, mapping: Mapping, account: ImportReport, now: datetime) -> Read:
    """All lines of a file, whose other records are accounted for. Raises `Unimportable`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unimportable(f"{path} can't be read: {error.strerror}") from error
    as_csv = mapping.format == "csv" or (mapping.format is None and path.suffix.lower() == ".csv")
    lines: list[SourceLine] = []
    count = 0
    for number, record in _csv(data, mapping) if as_csv else _jsonl(data):
        count += 1
        try:
            if record is None:
                account.settle("skipped", "an empty line", number)
            elif isinstance(record, UnreadLine):
                raise record
            else:
                lines.append(_line(number, record, mapping, now))
        except UnreadLine as unread:
            account.settle("refused", str(unread), number)
    return Read(f"sha256:{hashlib.sha256(data).hexdigest()}", count, lines)


Record = tuple[int, "dict[str, Any] | UnreadLine | None"]


def _jsonl(data: bytes) -> Iterator[Record]:
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if not raw.strip():
            yield number, None
        elif len(raw) > LONGEST_LINE:
            yield number, UnreadLine(f"longer than {LONGEST_LINE:,} bytes")
        else:
            yield number, _parsed(raw)


def _parsed(raw: bytes) -> "dict[str, Any] | UnreadLine":
    try:
        record: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return UnreadLine("not JSON")
    return cast("dict[str, Any]", record) if isinstance(record, dict) else UnreadLine("not a JSON object")


def _csv(data: bytes, mapping: Mapping) -> Iterator[Record]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unimportable(f"the file is not UTF-8 at byte {error.start}: convert it first") from error
    names = mapping.columns
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mapping.csv.delimiter)
    header = next(rows, list[str]())
    missing = [name for name in (names.project, names.at, names.unit, names.field, names.becomes) if name not in header]
    if missing:
        raise Unimportable(f"the first line of the file names no column {', '.join(missing)}: see [columns] and [csv]")
    for number, row in enumerate(_rows(rows), 2):
        if isinstance(row, UnreadLine):
            yield number, row
        elif not row:
            yield number, None
        elif len(row) != len(header):
            yield number, UnreadLine(f"has {len(row)} cells, and the first line {len(header)}")
        else:
            yield number, {name: cell or None for name, cell in zip(header, row, strict=True)}


def _rows(rows: Iterator[list[str]]) -> Iterator["list[str] | UnreadLine"]:
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield UnreadLine(f"not CSV: {error}")


def _line(number: int, record: dict[str, Any], mapping: Mapping, now: datetime) -> SourceLine:
    names = mapping.columns
    unit = _text(record, names.unit)
    if not unit.isascii() or not unit.isprintable() or " " in unit or len(unit) > 200:
        raise UnreadLine(f"{names.unit}: expected at most 200 visible ASCII characters")
    return SourceLine(
        number=number,
        project=_text(record, names.project),
        at=_moment(_text(record, names.at), names.at, now),
        unit=unit,
        field=_text(record, names.field),
        was=_value(record.get(names.was), names.was) if names.was else None,
        becomes=_value(record.get(names.becomes), names.becomes),
    )


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if value is None:
        raise UnreadLine(f"{name}: missing")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UnreadLine(f"{name}: expected a text")
    return str(value)


def _moment(text: str, name: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnreadLine(f"{name}: not a moment like 2026-11-22T09:30:00+01:00") from None
    if moment.tzinfo is None:
        raise UnreadLine(f"{name}: a moment needs a time zone")
    if moment > now:
        raise UnreadLine(f"{name}: lies in the future")
    return moment.astimezone(UTC)


def _value(value: object, name: str) -> Value:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in cast("list[object]", value)):
        return tuple(cast("list[str]", value))
    raise UnreadLine(f"{name}: expected a text or a list of texts")
