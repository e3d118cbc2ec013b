"""What git tracks."""

import re

import pytest

from tests.house.sources import place, tracked

# The words stand apart from what makes them an address or a path, so that this file doesn't find itself.
REGISTRIES = r"pypi|pythonhosted|npmjs|crates|proxy\.golang|repo1?\.maven|deb\.debian|archive\.ubuntu"
OPTIONS = r"index-url|find-links|trusted-host"
PLACES = "work|root|home|Users"
ADDRESS = re.compile(rf"https?://[\w.-]*\b(?:{REGISTRIES})\b|--(?:extra-)?(?:{OPTIONS})[ =]")
MACHINE = re.compile(rf"(?<![\w.~)}}\]-])/(?:{PLACES})/\w")


def found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{place(path)}:{number}: {line.strip()[:100]}"
        for path in tracked()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_name_no_package_registry() -> None:
    assert found(ADDRESS) == [], "an install takes its registry from the machine it runs on"


def test_name_no_path_of_a_machine() -> None:
    assert found(MACHINE) == [], "nobody else has this folder"


@pytest.mark.parametrize("line", ["https://{}.org/simple", "'https://files.{}.org'"])
def test_would_be_seen_to_name_a_registry(line: str) -> None:
    assert ADDRESS.search(line.format("pythonhosted"))


@pytest.mark.parametrize(("line", "seen"), [('"/{}/main"', True), ("../{}/main", False), ("a/{}/b", False)])
def test_would_be_seen_to_name_a_path(line: str, seen: bool) -> None:
    assert bool(MACHINE.search(line.format("work"))) is seen
