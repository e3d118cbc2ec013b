"""Simulating on the command line."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from milepost.app.bootstrap import open_or_create_service
from milepost.app.service import Service
from milepost.app.settings import Settings
from milepost.cli import simulate as simulate_module
from milepost.cli.output import Failed
from milepost.cli.simulate import demonstrate, fill, told
from milepost.demo.simulate import NOW, Script, Simulated, begun, simulate, simulated_by
from tests.milepost.logs import Database, prepared
from tests.milepost.memory import Memory

__all__ = ["prepared"]


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


def test_demonstrates_once_up_to_the_day_it_began(prepared: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate_module, "PROJECTS", 2)
    with open_or_create_service(Settings(database_url=prepared.application)) as service:
        demonstrate(replace(service, clock=lambda: NOW + timedelta(hours=9)))
        head = service.log.head()
        demonstrate(replace(service, clock=lambda: NOW + timedelta(days=9)))
        assert service.log.head() == head
        assert begun(service.log) == Script(2, simulate_module.SEED, NOW)


def test_goes_on_with_a_demonstration_that_was_interrupted(prepared: Database) -> None:
    def interrupted(project: int) -> None:
        if project == 3:
            raise KeyboardInterrupt

    whole = Memory()
    simulated_by(whole, 4, 1)
    with open_or_create_service(Settings(database_url=prepared.application)) as service:
        with pytest.raises(KeyboardInterrupt):
            simulate(service.writer, 4, 1, interrupted)
        assert service.log.head().position < len(whole.lines)
        demonstrate(service)
        assert service.log.head().position == len(whole.lines) + simulate_module.OPENED


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
