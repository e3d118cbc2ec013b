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
    "commands": "the commands of the domain, in the API and on the command line",
    "effectiveness": "the effectiveness of phases and gates, as read, in the API and on its page",
    "event": "an event, and its page",
    "figures": "figures over the rows of a read model, and their response model",
    "gates": "gates, in the state of a project and as a read model",
    "health": "the health of the service, and its response model",
    "lag": "the lag of read models, measured and printed",
    "parked_streams": "streams that the relay or a read model has parked",
    "phases": "the phases of a project, as events and as a read model",
    "policy": "a policy, and its page",
    "portfolio": "the portfolio, in the API and on its page",
    "problems": "problem details, and the pages that explain them",
    "project": "a project, its response model and its page",
    "projects": "projects, as a read model and in the API",
    "simulate": "the simulation, and its command",
    "team": "the team of a project, as events and as state",
}
"""Modules that share a name since they are one subject on different layers, each with that subject."""

THINGS = {"mapping", "wording"}
"""Words in -ing that name a thing and no activity."""


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
    assert [where for where, last in named.items() if last.endswith("ing") and last not in THINGS] == []


@pytest.mark.parametrize("named", [[("Told", "a.py"), ("Told", "b.py")]])
def test_a_name_that_stands_twice_is_found(named: list[tuple[str, str]]) -> None:
    assert collisions(named) == {"Told": ["a.py", "b.py"]}
