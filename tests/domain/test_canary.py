"""A canary."""

from domain.canary import CanarySent, SendCanary
from domain.command import CommandContext, DecidedEvent
from domain.commands import commands
from domain.log_opened import Opening
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook
from tests.conftest import START


def test_is_an_event_that_tells_nothing_else(policy: Policy) -> None:
    told = SendCanary().decide(Opening(), CommandContext("ada", START, policy, Rulebook()))
    assert list(told) == [DecidedEvent(CanarySent(), None)]
    assert CanarySent().model_dump(exclude_none=True) == {}


def test_is_no_command_that_people_are_shown() -> None:
    assert SendCanary.called not in commands()
