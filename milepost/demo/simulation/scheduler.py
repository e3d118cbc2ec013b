"""Running lives side by side: who is next on the virtual clock acts next, many requests in flight at once."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from itertools import count

from milepost.demo.simulation.life import Life, Over, Step, Steps, Unlikely
from milepost.log.command_outcome import CommandOutcome, CommandRequest, Status

Execute = Callable[[CommandRequest], "Future[CommandOutcome]"]
MOST_IN_FLIGHT = 200


@dataclass
class Clock:
    """The virtual clock: gives requests in the order of their moments, until `end`, and sees how each is answered.

    `execute` has to carry requests out in the order in which it is given them. They are numbered under a `name`, so
    that a log which was told a part of this already answers what it answered then, and hears the rest.
    """

    execute: Execute
    end: datetime
    name: str
    commands: int = 0
    events: int = 0
    _waiting: list[tuple[datetime, int, Life, Steps, Step | None]] = field(
        default_factory=list[tuple[datetime, int, Life, Steps, Step | None]]
    )
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _in_flight: deque[tuple[Step, "Future[CommandOutcome]"]] = field(
        default_factory=deque[tuple[Step, "Future[CommandOutcome]"]]
    )

    def run(self, lives: Iterable[tuple[Life, Steps]], begun: Callable[[int], None]) -> None:
        """Live them all up to the end of time; `begun` is told how many have begun."""
        numbers = count(1)
        for life, steps in lives:
            heappush(self._waiting, (life.now, next(numbers), life, steps, None))
        beginnings = count(0)  # the first life is that of the rules
        while self._waiting and self._waiting[0][0] <= self.end:
            at, number, life, steps, step = heappop(self._waiting)
            life.now = at
            if step is None:
                begun(next(beginnings))
            following = self._next(steps, step)
            if following:
                heappush(self._waiting, (following.at, number, life, steps, following))
        self._settle(0)

    def _next(self, steps: Steps, step: Step | None) -> Step | None:
        """Do what is due, and hear what comes next."""
        try:
            if step is None:
                return next(steps)
            answer = self.execute(replace(step.request, command=f"{self.name}/{next(self._numbers)}"))
            self._in_flight.append((step, answer))
            self._settle(MOST_IN_FLIGHT)
            return steps.send(partial(_as_it_had_to_be, step, answer))
        except (StopIteration, Over):
            return None

    def _settle(self, left: int) -> None:
        while len(self._in_flight) > left:
            step, answer = self._in_flight.popleft()
            outcome = _as_it_had_to_be(step, answer)
            self.commands += len(step.request.commands)
            self.events += len(outcome.events)


def _as_it_had_to_be(step: Step, answer: "Future[CommandOutcome]") -> CommandOutcome:
    """What a step was answered, once it is durable. Raises `Unlikely` where it had to be answered otherwise."""
    outcome = answer.result()
    if _status(outcome) != step.expects:
        raise Unlikely(_sentence(step, outcome))
    return outcome


def _status(outcome: CommandOutcome) -> Status:
    """How a step ended; a gate stays shut as well where the last sign-off would have opened it."""
    shut = any(written.kind.startswith("review.refused/") for written in outcome.events)
    return "refused" if shut else outcome.status


def _sentence(step: Step, outcome: CommandOutcome) -> str:
    asked = step.request
    what = ", ".join(command.called for command in asked.commands)
    return (
        f"{asked.stream}: {what} by {asked.who} as {asked.role} at {asked.at:%Y-%m-%d %H:%M} "
        f"was {_status(outcome)} and not {step.expects}: {outcome.sentence}"
    )
