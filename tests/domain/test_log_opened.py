"""The opening of a log."""

import pytest
from pydantic import ValidationError

from domain.canary import CanarySent
from domain.log_opened import LogOpened, Opening
from domain.portfolio.proposal import ProjectProposed
from tests.conftest import history

LOG = "01a20234-23ef-70c9-9891-2c3f2b3e7393"


@pytest.mark.parametrize("name", ["milepost.example/demo", "a", "urn:house:log-2"])
def test_names_the_log(name: str) -> None:
    opening = Opening()
    [recorded] = history(LogOpened(log=LOG, name=name), stream="log")
    opening.apply(recorded)
    assert opening.opened == LogOpened(log=LOG, name=name, generation=1, format=0)
    assert opening.version == 1
    assert opening.assignment("ada", None, recorded.recorded_at) is None


@pytest.mark.parametrize("name", ["", "two words", "a+b", "-a", "line\nbreak", "x" * 201])
def test_takes_no_name_that_could_not_sign_a_checkpoint(name: str) -> None:
    with pytest.raises(ValidationError):
        LogOpened(log=LOG, name=name)


def test_of_another_format_is_not_read() -> None:
    with pytest.raises(ValidationError):
        LogOpened.model_validate({"log": LOG, "name": "a", "format": 1})


def test_stays_what_it_was_when_a_canary_follows() -> None:
    opening = Opening()
    for recorded in history(LogOpened(log=LOG, name="a"), CanarySent(), stream="log"):
        opening.apply(recorded)
    assert (opening.opened, opening.version) == (LogOpened(log=LOG, name="a"), 2)


def test_is_followed_by_nothing_of_another_stream() -> None:
    proposed = ProjectProposed(title="Pay", project_kind="change", service="pay", customer="sales", requester="ada")
    [recorded] = history(proposed)
    with pytest.raises(TypeError, match="no event of the log's own stream"):
        Opening().apply(recorded)
