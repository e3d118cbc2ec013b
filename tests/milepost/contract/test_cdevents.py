"""The CDEvents view."""

import re

import orjson
import pytest

from domain.event import catalogue
from milepost.contract.cdevents import cdevent_of, cdevents_type
from tests.golden.lines import golden

TYPE = re.compile(r"dev\.cdeventsx\.[a-zA-Z0-9]+-[a-zA-Z]+\.[a-zA-Z]+\.[0-9]\.[0-9]\.[0-9]")
"""As the schema of CDEvents' custom events has it."""


def test_gives_every_kind_a_type_of_its_own() -> None:
    types = [cdevents_type(kind) for kind in catalogue()]
    assert len(set(types)) == len(types)
    assert [one for one in types if not TYPE.fullmatch(one)] == []
    assert cdevents_type("project.plan-approved/1") == "dev.cdeventsx.milepost-project.planapproved.1.0.0"


@pytest.mark.parametrize("kind", golden())
def test_has_what_the_schema_of_custom_events_asks_for_and_nothing_else(kind: str) -> None:
    view = cdevent_of(golden()[kind])
    assert view.keys() == {"context", "subject", "customData", "customDataContentType"}
    assert view["context"].keys() == {"specversion", "id", "source", "type", "timestamp", "chainId", "schemaUri"}
    assert view["subject"].keys() == {"id", "source", "content"}
    assert all(view["context"].values())


def test_loses_nothing() -> None:
    stored = golden()["risk.assessed/1"]
    view = cdevent_of(stored)
    assert view["subject"]["id"] == "projects:pay"
    again = view["customData"] | {"data": view["subject"]["content"]}
    assert orjson.dumps(again, option=orjson.OPT_SORT_KEYS) == stored
