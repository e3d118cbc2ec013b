"""Simulating on the command line."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from milepost.cli.output import Failed
from milepost.cli.simulating import fill, told
from milepost.service import Service
from milepost.simulate import NOW, Simulated
from tests.milepost.memory import Memory


@dataclass
class Held:
    """As much of a service as a simulation needs: a writer, here into memory."""

    memory: Memory = field(default_factory=Memory)

    @property
    def writer(self) -> Any:
        return SimpleNamespace(submit=self.memory)


def service() -> Service:
    return cast(Service, Held())


def test_shows_on_standard_error_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert fill(service(), 3, 1, NOW).projects == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "3/3" in err


def test_says_in_a_sentence_that_a_log_holds_one_already() -> None:
    filled = service()
    fill(filled, 1, 1, NOW)
    with pytest.raises(Failed, match="take another log"):
        fill(filled, 1, 2, NOW)


def test_prints_what_it_wrote_for_people_and_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    simulated = Simulated(projects=60, events=4219, commands=3534)
    told(simulated, json=False)
    told(simulated, json=True)
    people, programs = capsys.readouterr().out.splitlines()
    assert people == "60 projects, 4,219 events, 3,534 commands"
    assert orjson.loads(programs) == {"projects": 60, "events": 4219, "commands": 3534}
