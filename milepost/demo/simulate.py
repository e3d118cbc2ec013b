"""Simulating: a portfolio of projects whose lives look real, lived by commands on a virtual clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from milepost.demo.simulation.life import ORIGIN, POLICY, Unlikely
from milepost.demo.simulation.project_mix import portfolio
from milepost.demo.simulation.rules import SimulatedAlready
from milepost.demo.simulation.scheduler import Clock, Execute
from milepost.log.command_outcome import CommandRequest
from milepost.log.store import Log
from milepost.log.writer import Writer

__all__ = ["NOW", "Script", "Simulated", "SimulatedAlready", "Unlikely", "begun", "ended", "simulate", "simulated_by"]

NOW = datetime(2026, 11, 1, tzinfo=UTC)
"""The moment up to which lives are lived where no other is named, so that the same seed gives the same times."""


@dataclass(frozen=True)
class Simulated:
    """What a simulation has written: so many projects, by so many commands, in so many events."""

    projects: int
    events: int
    commands: int


@dataclass(frozen=True)
class Script:
    """What is simulated: so many projects, by a seed, up to a moment."""

    projects: int
    seed: int
    now: datetime

    @property
    def name(self) -> str:
        """The same as the ids of its commands begin."""
        return f"simulated/{self.projects}/{self.seed}/{self.now.isoformat()}"

    @property
    def end(self) -> CommandRequest:
        """A request for nothing: that it was answered says that all before it was."""
        return CommandRequest(
            f"policy-{POLICY}", (), "simulation", origin=ORIGIN, command=f"{self.name}/end", at=self.now
        )


def simulate(
    writer: Writer, projects: int, seed: int, progress: Callable[[int], None] | None = None, now: datetime = NOW
) -> Simulated:
    """Live so many projects up to `now`, under a policy of their own; `progress` hears how many have begun.

    The same seed and moment give the same kinds, data, times and order; ids differ, and the digests made of them. What
    was interrupted goes on where the log ends. It holds one such portfolio: raises `SimulatedAlready` for another.
    """
    simulated = simulated_by(writer.submit, projects, seed, progress, now)
    writer.submit(Script(projects, seed, now).end).result()
    return simulated


def simulated_by(
    execute: Execute, projects: int, seed: int, progress: Callable[[int], None] | None = None, now: datetime = NOW
) -> Simulated:
    """The same, by whatever carries out requests in their order."""
    clock = Clock(execute, now, Script(projects, seed, now).name)
    clock.run(portfolio(projects, seed, now), progress or (lambda _: None))
    return Simulated(projects, clock.events, clock.commands)


def begun(log: Log) -> Script | None:
    """What was begun to be simulated in this log, by the id of its first command."""
    first = next(iter(log.stream(f"policy-{POLICY}")), None)
    if first is None or not first.command.startswith("simulated/"):
        return None
    _, projects, seed, now, _ = first.command.split("/")
    return Script(int(projects), int(seed), datetime.fromisoformat(now))


def ended(log: Log, script: Script) -> bool:
    """Whether all of it was simulated in this log."""
    return log.outcome(script.end.who, script.name + "/end") is not None
