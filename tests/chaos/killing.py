"""Relays and projectors are killed and paused while events are told (rows B1, B2, C1, C2, C3)."""

import random
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.chaos.field import Field, Ground
from tests.chaos.lives import Lives, lives
from tests.chaos.row import Dose, Outcome, outcome
from tests.waiting import until

EVENTS_EACH, MOST_AT_ONCE = 32, 3


def killed(ground: Ground, dose: Dose) -> Outcome:
    """The active relay and one of two projectors are killed somewhere within each portion of events."""
    with ground.field() as field, lives(field) as living:
        relays, projectors = [living.relay(), living.relay()], [living.projectors(), living.projectors()]
        until(lambda: field.reflected() > 0, "the first events are reflected")
        for number in range(dose.times):
            chance = random.Random(number)
            with telling(field, dose.projects // dose.times) as events:
                _until_carried(field, chance.randrange(events))
                _kill_active(field, living, relays)
                _until_reflected(field, chance.randrange(events))
                living.kill(projectors.pop(0))
                projectors.append(living.projectors())
        field.settle()
        return outcome(field, field.checked())


@contextmanager
def telling(field: Field, projects: int) -> Generator[int]:
    """Projects happen meanwhile; how many events that makes."""
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(_tell, field, projects)
        yield projects * EVENTS_EACH
        told.result()


def _tell(field: Field, projects: int) -> None:
    for _ in range(0, projects, 5):
        field.tell(5)


def _until_carried(field: Field, more: int) -> None:
    wanted = field.position() + more
    until(lambda: field.position() >= min(wanted, field.log.head().position), f"{wanted} is carried")


def _until_reflected(field: Field, more: int) -> None:
    wanted = field.reflected() + more
    until(lambda: field.reflected() >= min(wanted, field.log.head().position), f"{wanted} is reflected")


def _kill_active(field: Field, living: Lives, relays: list[int]) -> None:
    until(lambda: field.active().owner in map(str, relays), "a relay is active")
    owner = int(field.active().owner)
    living.kill(owner)
    relays.remove(owner)
    relays.append(living.relay())


def paused_relay(ground: Ground, dose: Dose) -> Outcome:
    """The active relay is paused in the midst of its work until another has its lease and went on, and comes back."""
    with ground.field() as field, lives(field) as living:
        relays = [living.relay(), living.relay()]
        living.projectors()
        for _ in range(dose.times):
            with telling(field, dose.projects // dose.times):
                until(lambda: field.active().owner in map(str, relays), "a relay is active")
                _pause_active(field, living)
        field.settle()
        return outcome(field, field.checked())


def _pause_active(field: Field, living: Lives) -> None:
    before = field.active()
    living.pause(int(before.owner))
    until(lambda: field.active().epoch > before.epoch, "another took over")
    until(lambda: field.position() > before.position, "the other went on")
    living.wake(int(before.owner))


def paused_projector(ground: Ground, dose: Dose) -> Outcome:
    """One of two projectors is paused until its group misses it and the other has its work, and comes back."""
    with ground.field() as field, lives(field) as living:
        living.relay()
        projectors = [living.projectors(), living.projectors()]
        until(lambda: field.reflected() > 0, "the first events are reflected")
        for number in range(dose.times):
            with telling(field, dose.projects // dose.times):
                pausing = projectors[number % 2]
                living.pause(pausing)
            until(lambda: field.reflected() >= field.log.head().position, "the other has its work", 60)
            living.wake(pausing)
            field.tell(5)
        field.settle()
        return outcome(field, field.checked())


def coming_and_going(ground: Ground, dose: Dose) -> Outcome:
    """Projectors join and leave their groups, one after another, while events are told."""
    with ground.field() as field, lives(field) as living:
        living.relay()
        projectors = [living.projectors()]
        until(lambda: field.reflected() > 0, "the first events are reflected")
        for _ in range(dose.times):
            with telling(field, dose.projects // dose.times):
                projectors.append(living.projectors())
                _until_reflected(field, 1)
                if len(projectors) > MOST_AT_ONCE:
                    living.end(projectors.pop(0))
        field.settle(30)
        return outcome(field, field.checked())
