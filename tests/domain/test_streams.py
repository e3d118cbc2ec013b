"""The state of each category of streams, and the commands that decide on it."""

import pytest

from domain.canary import CanarySent, SendCanary
from domain.command import Command, CommandContext, DecidedEvent
from domain.imports.import_events import ImportOpened, Imports, OpenImport
from domain.log_opened import Opening
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook
from domain.policy_changes.freezes import DeclareFreeze, FreezeDeclared
from domain.reviews.fact_reports import report
from domain.state.project import Project
from domain.streams import StreamState, decide, initial_state
from tests.conftest import START, rulebook_of
from tests.domain.reviews.small import RISK

FILE = f"sha256:{'1' * 64}"
OPENED = ImportOpened(source="Tickets", file=FILE, lines=3, mapping=FILE, policy="kep/1", imported_by="ada")
FREEZE = FreezeDeclared(freeze="f", since=START, until=START.replace(year=2027))


def context(policy: Policy) -> CommandContext:
    return CommandContext("carl", START, policy, rulebook_of(policy), "cab")


@pytest.mark.parametrize(
    ("stream", "state"),
    [("project-p", Project), ("policy-default", Rulebook), ("log", Opening), ("import-kep", Imports)],
)
def test_stream_begins_with_the_state_of_its_category(stream: str, state: type[StreamState]) -> None:
    begun = initial_state(stream)
    assert (type(begun), begun.version) == (state, 0)


def test_stream_of_a_category_without_a_state_is_named() -> None:
    with pytest.raises(ValueError, match="portfolio-main: streams of the category 'portfolio' have no state"):
        initial_state("portfolio-main")


@pytest.mark.parametrize(
    ("command", "stream", "event"),
    [
        (DeclareFreeze(freeze="f", since=FREEZE.since, until=FREEZE.until), "policy-default", FREEZE),
        (OpenImport(event=OPENED), "import-kep", OPENED),
        (SendCanary(), "log", CanarySent()),
    ],
)
def test_command_is_decided_on_the_state_of_its_stream(
    policy: Policy, command: Command, stream: str, event: object
) -> None:
    [decided] = decide(command, initial_state(stream), context(policy))
    assert decided.event == event


def test_command_to_a_project_is_decided_on_the_project(policy: Policy) -> None:
    project = Project()
    project.entry.proposed = True
    [decided] = decide(report(RISK), project, context(policy))
    assert decided == DecidedEvent(RISK, "cab")


@pytest.mark.parametrize(
    ("command", "stream"),
    [(report(RISK), "policy-default"), (SendCanary(), "project-p"), (OpenImport(event=OPENED), "log")],
)
def test_command_to_another_category_is_a_mistake_of_the_program(policy: Policy, command: Command, stream: str) -> None:
    with pytest.raises(TypeError, match=f"{command.called} is a command to a {command.belongs_to}, not to a "):
        decide(command, initial_state(stream), context(policy))
