"""Simulating: a portfolio of projects whose lives look real, lived by commands on a virtual clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from milepost.simulation.life import Unlikely
from milepost.simulation.portfolio import portfolio
from milepost.simulation.rules import SimulatedAlready
from milepost.simulation.running import Clock, Execute
from milepost.writer import Writer

__all__ = ["NOW", "Simulated", "SimulatedAlready", "Unlikely", "simulate", "simulated_by"]

NOW = datetime(2026, 11, 1, tzinfo=UTC)
"""The moment up to which lives are lived where no other is named, so that the same seed gives the same times."""


@dataclass(frozen=True)
class Simulated:
    """What a simulation has written: so many projects, by so many commands, in so many events."""

    projects: int
    events: int
    commands: int


def simulate(
    writer: Writer, projects: int, seed: int, progress: Callable[[int], None] | None = None, now: datetime = NOW
) -> Simulated:
    """Live so many projects up to `now`, under a policy of their own; `progress` hears how many have begun.

    The same seed and moment give the same kinds, data, times and order; ids differ, and the digests made of them. A log
    holds one such portfolio: raises `SimulatedAlready` where there is one.
    """
    return simulated_by(writer.submit, projects, seed, progress, now)


def simulated_by(
    execute: Execute, projects: int, seed: int, progress: Callable[[int], None] | None = None, now: datetime = NOW
) -> Simulated:
    """The same, by whatever carries out requests in their order."""
    clock = Clock(execute, now)
    clock.run(portfolio(projects, seed, now), progress or (lambda _: None))
    return Simulated(projects, clock.events, clock.commands)
