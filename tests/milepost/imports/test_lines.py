"""A line."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from milepost.imports import ImportReport, Mapping, Unimportable
from milepost.imports.lines import LONGEST_LINE, Read, SourceLine, read
from tests.milepost.imports.histories import KEP, change

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = change(0, "title", "Faster pods")
CSV = KEP.model_copy(update={"format": "csv"})
HEADER = "proposal,at,commit,field,from,to\n"
ROW = "77,2024-05-01T12:00:00+02:00,c1,authors,,ada;bob\n"


def reads(path: Path, content: str | bytes, mapping: Mapping = KEP) -> tuple[Read, ImportReport]:
    file, account = path / "history", ImportReport()
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(file, mapping, account, NOW), account


def refused(path: Path, **wrong: Any) -> str:
    record = {name: value for name, value in (GOOD | wrong).items() if value != "missing"}
    found, account = reads(path, json.dumps(record) + "\n" + json.dumps(GOOD))
    assert [line.number for line in found.lines] == [2], "the other line is read all the same"
    assert account.lines[1][0] == "refused"
    return account.lines[1][1]


def test_is_one_json_object_in_utc(tmp_path: Path) -> None:
    found, account = reads(tmp_path, json.dumps(GOOD | {"at": "2024-05-01T12:00:00+02:00", "to": ["a", "b"]}))
    at = datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert found.lines == [SourceLine(1, "77", at, "commit0", "title", None, ("a", "b"))]
    assert (found.count, account.lines) == (1, {})


def test_after_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert len(reads(tmp_path, b"\xef\xbb\xbf" + json.dumps(GOOD).encode())[0].lines) == 1
    assert len(reads(tmp_path, "\ufeff" + HEADER + ROW, CSV)[0].lines) == 1


def test_that_is_empty_is_skipped(tmp_path: Path) -> None:
    found, account = reads(tmp_path, "\n  \n" + json.dumps(GOOD))
    assert (found.count, [line.number for line in found.lines]) == (3, [3])
    assert account.reasons("skipped") == {"an empty line": [1, 2]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ('{"at": NaN}', "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        ('"\\ud800"', "not JSON"),
        (json.dumps(GOOD | {"to": "x" * LONGEST_LINE}), "longer than 262,144 bytes"),
    ],
)
def test_that_is_no_object_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    found, account = reads(tmp_path, text + "\n" + json.dumps(GOOD))
    assert account.lines == {1: ("refused", reason)}
    assert [line.number for line in found.lines] == [2]


def test_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    assert reads(tmp_path, b'{"to": "\xff"}\n')[1].lines == {1: ("refused", "not JSON")}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"proposal": "missing"}, "proposal: missing"),
        ({"proposal": ["77"]}, "proposal: expected a text"),
        ({"field": True}, "field: expected a text"),
        ({"at": "missing"}, "at: missing"),
        ({"at": "yesterday"}, "at: not a moment like 2026-11-22T09:30:00+01:00"),
        ({"at": "2024-05-01T12:00:00"}, "at: a moment needs a time zone"),
        ({"at": (NOW + timedelta(days=1)).isoformat()}, "at: lies in the future"),
        ({"commit": "two words"}, "commit: expected at most 200 visible ASCII characters"),
        ({"commit": "c" * 201}, "commit: expected at most 200 visible ASCII characters"),
        ({"to": 5}, "to: expected a text or a list of texts"),
        ({"to": ["a", 5]}, "to: expected a text or a list of texts"),
        ({"from": {"a": 1}}, "from: expected a text or a list of texts"),
    ],
)
def test_with_a_wrong_field_is_refused_by_its_place(tmp_path: Path, wrong: dict[str, Any], reason: str) -> None:
    assert refused(tmp_path, **wrong) == reason


def test_may_number_its_project(tmp_path: Path) -> None:
    assert reads(tmp_path, json.dumps(GOOD | {"proposal": 77}))[0].lines[0].project == "77"


def test_may_say_that_a_field_says_nothing_any_more(tmp_path: Path) -> None:
    assert reads(tmp_path, json.dumps(GOOD | {"to": None}))[0].lines[0].becomes is None


def test_of_csv_is_a_row_under_the_names_of_the_first(tmp_path: Path) -> None:
    found, account = reads(tmp_path, HEADER + ROW + "\n" + '78,2024-05-01T12:00Z,c1,title,,"a\nb"\n', CSV)
    assert [(line.number, line.was, line.becomes) for line in found.lines] == [(2, None, "ada;bob"), (4, None, "a\nb")]
    assert account.lines == {3: ("skipped", "an empty line")}
    assert found.count == 3


def test_of_csv_may_be_parted_otherwise(tmp_path: Path) -> None:
    parted = CSV.model_copy(update={"csv": CSV.csv.model_copy(update={"delimiter": "\t"})})
    assert len(reads(tmp_path, (HEADER + ROW).replace(",", "\t"), parted)[0].lines) == 1


def test_of_csv_is_known_by_the_name_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "history.CSV"
    file.write_text(HEADER + ROW)
    found = read(file, KEP.model_copy(update={"format": None}), ImportReport(), NOW)
    assert found.lines[0].becomes == "ada;bob"


def test_of_csv_with_other_cells_than_the_first_is_refused(tmp_path: Path) -> None:
    assert reads(tmp_path, HEADER + "77,now\n" + ROW, CSV)[1].lines == {
        2: ("refused", "has 2 cells, and the first line 6")
    }


def test_of_csv_longer_than_a_cell_may_be_is_refused(tmp_path: Path) -> None:
    long = f"77,2024-05-01T12:00Z,c1,title,,{'x' * 200_000}\n"
    assert reads(tmp_path, HEADER + long + ROW, CSV)[1].lines[2][1].startswith("not CSV: field larger")


@pytest.mark.parametrize(
    ("content", "because"),
    [("", "names no column proposal, at"), ("a,b\n", "names no column"), (b"\xff", "not UTF-8 at byte 0")],
)
def test_of_csv_needs_a_file_that_is_one(tmp_path: Path, content: str | bytes, because: str) -> None:
    with pytest.raises(Unimportable, match=because):
        reads(tmp_path, content, CSV)


def test_is_of_a_file_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(Unimportable, match="can't be read: No such file"):
        read(tmp_path / "nowhere", KEP, ImportReport(), NOW)


def test_is_of_a_file_that_is_known_by_its_bytes(tmp_path: Path) -> None:
    content = json.dumps(GOOD)
    assert reads(tmp_path, content)[0].digest == f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"
