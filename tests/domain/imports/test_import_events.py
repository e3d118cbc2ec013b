"""An import."""

from datetime import timedelta

import pytest

from domain.command import Command, CommandContext, Rejected
from domain.event import Event, Recorded
from domain.imports.import_events import FinishImport, ImportFinished, ImportOpened, Imports, OpenImport
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook
from tests.conftest import START, history

FILE = f"sha256:{'1' * 64}"
OPENED = ImportOpened(source="Tickets", file=FILE, lines=3, mapping=FILE, policy="kep/1", imported_by="ada")
FINISHED = ImportFinished(file=FILE, projects=1, events=2, applied=1, no_effect=1, skipped=0, refused=1)


def decided(policy: Policy, command: Command[Imports], *past: Event) -> list[Event]:
    imports = Imports()
    for recorded in history(*past, stream="import-tickets"):
        imports.apply(recorded)
    told = command.decide(imports, CommandContext("ada", START, policy, Rulebook()))
    return [decided.event for decided in told]


def test_opens_a_file_once(policy: Policy) -> None:
    assert decided(policy, OpenImport(event=OPENED)) == [OPENED]
    assert decided(policy, OpenImport(event=OPENED), OPENED) == []


def test_finishes_a_file_once(policy: Policy) -> None:
    assert decided(policy, FinishImport(event=FINISHED), OPENED) == [FINISHED]
    assert decided(policy, FinishImport(event=FINISHED), OPENED, FINISHED) == []


def test_finishes_only_what_was_opened(policy: Policy) -> None:
    with pytest.raises(
        Rejected,
        match="file: the import of file sha256:1111111111111111111111111111111111111111111111111111111111111111 is ",
    ):
        decided(policy, FinishImport(event=FINISHED))


def test_has_no_roles_and_no_policy_of_its_own() -> None:
    assert Imports().assignment("ada", "administrator", START) is None
    assert Imports().held_to is None


def test_knows_its_own_events_alone() -> None:
    strange = Recorded(
        id="1", log="test", stream="import-t", version=1, event=Event(), time=START, recorded_at=START + timedelta(1),
        who="ada", command="1", correlation="1",
    )  # fmt: skip
    with pytest.raises(TypeError, match="no event of an import"):
        Imports().apply(strange)
