"""The schemas of events: what is stored keeps to them, and they are what a reader may rely on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import jsonschema_rs
import orjson
import pytest

from domain.event import catalogue, type_of
from milepost.contract.__main__ import PUBLISHED, written
from milepost.contract.asyncapi import document
from milepost.contract.schemas import ENVELOPE, envelope, files, plain
from tests.golden.lines import golden

SCHEMAS = files()
ENVELOPES = jsonschema_rs.validator_for(envelope(), validate_formats=True)


def data(kind: str) -> Any:
    return orjson.loads(golden()[kind])["data"]


def test_are_in_the_repository_as_the_code_has_them() -> None:
    behind = [str(path) for path, text in written().items() if not path.exists() or path.read_bytes() != text]
    assert behind == [], "run: python -m milepost.contract"


def test_are_there_for_every_kind() -> None:
    assert {type_of(kind) for kind in catalogue()} | {ENVELOPE} == {
        path.stem for path in Path("schemas").glob("*.json") if path.stem not in ("asyncapi", PUBLISHED.stem)
    }


@pytest.mark.parametrize("kind", golden())
def test_are_kept_by_what_was_ever_stored(kind: str) -> None:
    schema = orjson.loads(Path(f"schemas/{type_of(kind)}.json").read_bytes())
    jsonschema_rs.meta.validate(schema)
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(data(kind))
    ENVELOPES.validate(orjson.loads(golden()[kind]))


@pytest.mark.parametrize("kind", golden())
def test_name_all_that_is_stored(kind: str) -> None:
    assert set(data(kind)) <= set(SCHEMAS[type_of(kind)]["properties"])
    assert set(orjson.loads(golden()[kind])) <= set(envelope()["properties"])


def test_name_every_attribute_of_the_envelope_that_the_format_has() -> None:
    rows = [line.split("|")[1].strip().strip("`") for line in Path("docs/format.md").read_text().splitlines()
            if line.startswith("| `")]  # fmt: skip
    assert rows == list(envelope()["properties"])


@pytest.mark.parametrize("attribute", envelope()["required"])
def test_are_broken_where_an_attribute_is_missing(attribute: str) -> None:
    event = orjson.loads(golden()["risk.assessed/1"])
    del event[attribute]
    assert not ENVELOPES.is_valid(event)


WRONG = [("time", "2026-03-02T09:30:15Z"), ("sequence", "7"), ("origin", "elsewhere"), ("source", "urn:milepost:x:y")]


@pytest.mark.parametrize(("attribute", "value"), WRONG)
def test_are_broken_by_another_form(attribute: str, value: str) -> None:
    assert not ENVELOPES.is_valid(orjson.loads(golden()["risk.assessed/1"]) | {attribute: value})


def test_never_allow_null() -> None:
    assert b'"null"' not in b"".join(written().values())


def test_keep_fields_that_are_called_like_words_of_the_schema() -> None:
    field = {"type": "string", "title": "Title"}
    schema = {"title": "X", "properties": {"title": field, "default": field, "format": field}}
    assert plain(schema) == {"properties": {key: {"type": "string"} for key in ("title", "default", "format")}}


def test_are_what_the_description_of_the_channels_refers_to() -> None:
    found = set(_references(document()))
    local = {one for one in found if one.startswith("#/")}
    assert {one.removeprefix("./") for one in found - local} == {f"{name}.json" for name in SCHEMAS}
    for one in local:
        value = document()
        for step in one.removeprefix("#/").split("/"):
            value = value[step]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        if isinstance(members.get("$ref"), str):
            yield members["$ref"]
        value = list(members.values())
    if isinstance(value, list):
        for member in cast("Any", value):
            yield from _references(member)
