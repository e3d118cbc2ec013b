"""The names of the four packages: one name, one meaning, in the whole product."""

import ast
from collections import defaultdict
from collections.abc import Iterable

import pytest

from tests.house.sources import modules, place

SHARED_CLASSES: dict[str, str] = {}
"""Public classes that share a name since they are the same thing, each with its reason."""

SHARED_MODULES = {
    "__main__": "what `python -m PACKAGE` runs",
    "command": "",
}
"""Modules that share a name since they are one subject on different layers, each with that subject."""

ACTIVITIES = {"planning", "logging", "testing", "tracing", "reading"}
"""Words in -ing that name a thing."""


def collisions(named: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The names that stand in several places, with those places."""
    places = defaultdict[str, list[str]](list)
    for name, where in named:
        places[name].append(where)
    return {name: found for name, found in places.items() if len(found) > 1}


def public_classes() -> Iterable[tuple[str, str]]:
    for path in modules():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, place(path)


def stems() -> Iterable[tuple[str, str]]:
    return ((path.stem, place(path)) for path in modules() if path.stem != "__init__")


def test_no_two_public_classes_share_a_name() -> None:
    found = collisions(public_classes())
    assert {name: where for name, where in found.items() if name not in SHARED_CLASSES} == {}
    assert found.keys() >= SHARED_CLASSES.keys(), "an exemption that nothing needs is deleted"


def test_modules_share_a_name_only_for_one_subject_on_several_layers() -> None:
    found = collisions(stems())
    assert {name: where for name, where in found.items() if name not in SHARED_MODULES} == {}
    assert found.keys() >= SHARED_MODULES.keys(), "an exemption that nothing needs is deleted"


def test_a_module_is_named_after_a_thing_and_no_activity() -> None:
    named = {place(path): path.stem.rsplit("_")[-1] for path in modules()}
    assert [where for where, last in named.items() if last.endswith("ing") and last not in ACTIVITIES] == []


@pytest.mark.parametrize("named", [[("Told", "a.py"), ("Told", "b.py")]])
def test_a_name_that_stands_twice_is_found(named: list[tuple[str, str]]) -> None:
    assert collisions(named) == {"Told": ["a.py", "b.py"]}
