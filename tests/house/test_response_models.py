"""The public JSON is made by response models: no class inside is turned into JSON by the names of its fields."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.sources import ROOT, place

API = ROOT / "milepost" / "web"
MODEL = "milepost/web/response_models/model.py"
DUMPS = {"_asdict", "asdict", "__dict__", "model_dump", "model_dump_json", "vars"}


def dumps(source: str) -> Iterator[int]:
    """The lines where an object is turned into its fields."""
    for node in ast.walk(ast.parse(source)):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name in DUMPS:
            yield getattr(node, "lineno", 0)


def test_api_turns_no_internal_object_into_json_by_its_fields() -> None:
    paths = [*API.glob("*.py"), *(API / "api").glob("*.py"), *(API / "response_models").glob("*.py")]
    found = [f"{place(path)}:{line}" for path in paths for line in dumps(path.read_text())]
    assert [one for one in found if not one.startswith(MODEL)] == [], "name the fields in a response model"


@pytest.mark.parametrize("source", ["vars(x)", "x._asdict()", "x.model_dump()", "dataclasses.asdict(x)", "x.__dict__"])
def test_object_that_is_turned_into_its_fields_is_found(source: str) -> None:
    assert list(dumps(source)) == [1]
