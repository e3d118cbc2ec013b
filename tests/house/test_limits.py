"""The limits: nothing is longer than a reader can hold, and nothing hides behind a name that says nothing."""

from statistics import median

from tests.house.sources import ROOT, functions, modules, place

FILE, FUNCTION, MEDIAN = 300, 30, 10
NAMELESS = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}


def test_a_file_has_at_most_300_lines() -> None:
    lines = {place(path): len(path.read_text().splitlines()) for path in modules()}
    assert {name: count for name, count in lines.items() if count > FILE} == {}


def test_a_function_has_at_most_30_lines() -> None:
    assert {name: count for name, count in functions() if count > FUNCTION} == {}


def test_the_median_function_has_at_most_10_lines() -> None:
    assert median([count for _, count in functions()] or [0]) <= MEDIAN


def test_a_module_is_named_for_its_subject() -> None:
    assert [place(path) for path in modules() if NAMELESS & {path.stem, path.parent.name}] == []


def test_the_root_holds_no_python() -> None:
    assert list(ROOT.glob("*.py")) == [], "the root is on the import path, so a file here would be a module"
