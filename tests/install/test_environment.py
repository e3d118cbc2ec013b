"""Which environments `make installs` tries."""

from pathlib import Path

import pytest

from tests.install.environment import LOCKS, Environment, choose_environments
from tests.install.pythons import Python

PYTHONS = [Python((3, minor, 0), Path("/")) for minor in (11, 12, 14)]


@pytest.fixture(params=[1, 2, 3])
def pythons(request: pytest.FixtureRequest) -> list[Python]:
    return PYTHONS[: request.param]


def test_each_lock_is_installed_with_the_oldest_pip_and_with_the_newest(pythons: list[Python]) -> None:
    tried = choose_environments(pythons)
    assert {Environment(lock, pythons[0], "22.3") for lock in LOCKS} <= set(tried)
    assert {Environment(lock, pythons[-1], "newest") for lock in LOCKS} <= set(tried)


def test_each_python_installs_with_the_pip_that_it_bundles(pythons: list[Python]) -> None:
    assert {tried.python for tried in choose_environments(pythons) if tried.pip == "bundled"} == set(pythons)


def test_a_pip_is_not_tried_on_a_python_that_it_does_not_run_on() -> None:
    assert {tried.pip for tried in choose_environments(PYTHONS[1:])} == {"bundled", "newest"}


def test_no_environment_is_tried_twice() -> None:
    tried = choose_environments(PYTHONS[1:])
    assert len(tried) == len(set(tried))
