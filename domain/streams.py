"""Streams: the state that each category of streams is folded into, and which commands decide on it."""

from collections.abc import Iterator

from domain.canary import SendCanary
from domain.command import Command, CommandContext, DecidedEvent
from domain.imports.import_events import ImportCommand, Imports
from domain.log_opened import Opening
from domain.policy.rulebook import Rulebook
from domain.policy_changes.policy_command import PolicyCommand
from domain.state.project import Project, ProjectCommand

StreamState = Project | Rulebook | Opening | Imports
"""What the events of one stream have made."""


def initial_state(stream: str) -> StreamState:
    """The state of a stream before its first event. Raises `ValueError` where its category has no state."""
    match stream.partition("-")[0]:
        case "project":
            return Project(stream=stream)
        case "policy":
            return Rulebook()
        case "log":
            return Opening()
        case "import":
            return Imports()
        case category:
            raise ValueError(f"{stream}: streams of the category {category!r} have no state")


def decide(command: Command, state: StreamState, context: CommandContext) -> Iterator[DecidedEvent]:
    """Decide a command on the state of its stream. Raises `TypeError` where the command is for another category."""
    match command, state:
        case ProjectCommand(), Project():
            return command.decide(state, context)
        case PolicyCommand(), Rulebook():
            return command.decide(state, context)
        case ImportCommand(), Imports():
            return command.decide(state, context)
        case SendCanary(), Opening():
            return command.decide(state, context)
        case _:
            raise TypeError(f"{command.called} is a command to a {command.belongs_to}, not to a {type(state).__name__}")
