"""Nothing depends on where a class stands: no module path reaches data, schemas, tags or figures."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.sources import modules, place

PATHS = {"__module__", "__qualname__"}
"""The attributes of a class or function that tell where it stands."""


def uses_of_paths(source: str) -> Iterator[int]:
    """The lines of a source that read where a class stands."""
    for node in ast.walk(ast.parse(source)):
        attribute = isinstance(node, ast.Attribute) and node.attr in PATHS
        name = isinstance(node, ast.Constant) and node.value in PATHS
        if attribute or name:
            yield getattr(node, "lineno", 0)


def test_no_module_reads_the_path_of_a_class() -> None:
    assert [f"{place(path)}:{line}" for path in modules() for line in uses_of_paths(path.read_text())] == []


@pytest.mark.parametrize("source", ["type(x).__module__", "getattr(x, '__module__')", "x.__qualname__.split('.')"])
def test_check_finds_each_way_to_read_a_path(source: str) -> None:
    assert list(uses_of_paths(source)) == [1]
