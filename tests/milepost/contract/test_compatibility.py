"""Compatibility of the kinds: what was published may grow by optional fields, and change in no other way."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from domain.event import Event
from milepost.contract.__main__ import published
from milepost.contract.compatibility import broken
from milepost.contract.schemas import ENVELOPE, data_of, files

NAME = "milepost.risk.assessed.v1"
Schema = dict[str, Any]
SCHEMAS = files()


def changed(how: Callable[[Schema], object], name: str = NAME) -> list[str]:
    """What breaks where this is done to a kind."""
    now = deepcopy({name: SCHEMAS[name]})
    how(now[name])
    return broken({name: SCHEMAS[name]}, now)


def test_holds_for_everything_that_was_published() -> None:
    assert broken(published(), SCHEMAS) == [], "before the format is final, remove schemas/published.json to begin anew"
    assert ENVELOPE in published()


def test_allows_an_optional_field() -> None:
    assert changed(lambda schema: schema["properties"].update(weather={"type": "string"})) == []
    assert changed(lambda schema: schema["$defs"]["Money"]["properties"].update(note={"type": "string"})) == []
    assert changed(lambda schema: schema["properties"].update(traceid={"type": "string"}), ENVELOPE) == []


def test_allows_other_words() -> None:
    assert changed(lambda schema: schema.update(description="Otherwise said.")) == []
    assert changed(lambda schema: schema["$defs"]["Money"].update(description="Otherwise said.")) == []


def test_allows_a_new_kind() -> None:
    assert broken(SCHEMAS, SCHEMAS | {"milepost.risk.forgotten.v1": data_of(Event)}) == []


BREAKS: dict[str, tuple[Callable[[Schema], object], str]] = {
    "field gone": (lambda schema: schema["properties"].pop("owner"), "data.owner is gone"),
    "field renamed": (
        lambda schema: schema["properties"].update(holder=schema["properties"].pop("owner")),
        "data.owner is gone",
    ),
    "field within a value gone": (
        lambda schema: schema["$defs"]["Money"]["properties"].pop("currency"),
        "data.impact_money.currency is gone",
    ),
    "field needed": (lambda schema: schema["required"].append("owner"), "data needs"),
    "new field needed": (
        lambda schema: (schema["properties"].update(x={}), schema["required"].append("x")),
        "data needs",
    ),
    "field no longer needed": (lambda schema: schema["required"].remove("statement"), "data needs"),
    "other type": (
        lambda schema: schema["properties"]["probability"].update(type="string"),
        "data.probability (type) was integer and is string",
    ),
    "narrower": (
        lambda schema: schema["properties"]["probability"].update(maximum=100),
        "data.probability (maximum) was 1000 and is 100",
    ),
    "wider": (lambda schema: schema["properties"]["probability"].pop("minimum"), "was 0 and is None"),
    "word gone": (lambda schema: schema["properties"]["state"]["enum"].remove("avoided"), "data.state (enum) was"),
    "word new": (lambda schema: schema["properties"]["state"]["enum"].append("lost"), "data.state (enum) was"),
    "other choice": (lambda schema: schema["properties"]["reason"]["anyOf"].pop(), "data.reason (anyOf) was"),
}


@pytest.mark.parametrize(("how", "said"), BREAKS.values(), ids=BREAKS.keys())
def test_is_broken(how: Callable[[Schema], object], said: str) -> None:
    found = changed(how)
    assert found
    assert said in found[0]
    assert found[0].startswith(f"{NAME}: ")
    assert found[0].endswith("leave it, and write risk.assessed/2 with its upcast")


def test_is_broken_where_a_kind_is_gone() -> None:
    now = {name: schema for name, schema in SCHEMAS.items() if name != NAME}
    assert broken(SCHEMAS, now) == [f"{NAME}: is gone: leave it, and write risk.assessed/2 with its upcast"]
