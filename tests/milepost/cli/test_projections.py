"""Looking after the read models."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from consumers.read_models.tables import connect
from milepost.embedded.postgres.server import Server
from milepost.log.store import Log
from tests.consumers.telling import Telling
from tests.milepost.cli.conftest import Run, here
from tests.milepost.cli.test_program import PROPOSAL
from tests.milepost.logs import removed, with_log

NAMES = ["audit_trail", "gates", "phases", "projects"]


@pytest.fixture
def own(server: Server) -> Iterator[tuple[Run, str]]:
    """`milepost` on a database of its own, in which a project is, and the way to it."""
    with removed(with_log(server)) as database:
        setting = {"MILEPOST_DATABASE_URL": database.application}
        here("propose-project", "pay-1", *PROPOSAL, **setting)
        here("projects", **setting)
        yield lambda *arguments: here(*arguments, **setting), database.application


def states(milepost: Run) -> list[tuple[str, str]]:
    return [(one["model"], one["state"]) for one in milepost("projections", "list", "--json").json["buildings"]]


def test_are_built_anew_compared_and_changed_to_and_back(own: tuple[Run, str]) -> None:
    milepost, _ = own
    assert [one[0] for one in states(milepost)] == ["audit_trail_v2_1", "gates_v1_1", "phases_v1_1", "projects_v2_1"]
    told = milepost("projections", "rebuild", "projects", "--workers", "2")
    assert (told.code, "projects: built from 3 events; it stands ready" in told.out) == (0, True), told
    assert states(milepost)[3:] == [("projects_v2_1", "active"), ("projects_v2_2", "ready")]
    compared = milepost("projections", "compare")
    assert (compared.code, compared.error) == (0, "projects_v2_1 and projects_v2_2: of 1 streams all are equal\n")
    assert milepost("projections", "promote", "projects").out == "projects is read from projects_v2_2\n"
    assert states(milepost)[3:] == [("projects_v2_1", "left"), ("projects_v2_2", "active")]
    assert milepost("projections", "rollback", "projects").out == "projects is read from projects_v2_1\n"
    assert "pay-1" in milepost("projects").out
    listed = milepost("projections", "list")
    assert "the log ends at 3" in listed.error
    assert "projects_v2_2" in listed.out


def test_that_differ_are_told_with_where(own: tuple[Run, str]) -> None:
    milepost, address = own
    milepost("projections", "rebuild", "projects", "--workers", "1", "--json")
    with connect(address) as connection:
        connection.execute("UPDATE models.projects_v2_2 SET title = 'Bay'")
    told = milepost("projections", "compare", "projects")
    assert (told.code, "of 1 streams 1 are NOT equal" in told.error) == (1, True)
    assert "title=Pay" in told.out
    assert "title=Bay" in told.out
    [first] = milepost("projections", "compare", "--json").json[0]["first"]
    assert (first["stream"], first["one"], first["other"]) == ("project-pay-1", {"title": "Pay"}, {"title": "Bay"})


def test_are_read_from_at_once_where_that_is_asked_for(own: tuple[Run, str]) -> None:
    milepost, _ = own
    told = milepost("projections", "rebuild", "--workers", "1", "--promote", "--json")
    assert told.json == {"projections": NAMES, "position": 3, "state": "active"}
    assert [state for name, state in states(milepost) if name.endswith("_2")] == ["active"] * 4


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("compare",), "There is nothing to compare with what is read from: build anew first."),
        (("promote", "gates"), "nothing of gates stands ready: build it anew first"),
        (("rollback", "gates"), "there is no earlier version of gates to go back to"),
        (("rebuild", "nothing"), "There is no read model nothing: there are audit_trail, gates, phases, projects."),
    ],
)
def test_say_what_is_missing(milepost: Run, arguments: tuple[str, ...], told: str) -> None:
    milepost("projects")
    found = milepost("projections", *arguments)
    assert (found.code, found.error) == (2, f"Error: {told}\n")


def test_say_why_they_are_not_built(own: tuple[Run, str]) -> None:
    milepost, address = own
    with closing(Log(address)) as log:
        Telling(log).store(("project-tea", 1, "tea.made/1", b'{"type":"milepost.tea.made.v1"}'))
    told = milepost("projections", "rebuild", "--workers", "1")
    assert told.code == 2
    assert told.error.endswith("Error: position 4 holds tea.made/1: a newer release wrote it, upgrade to go on\n")


def test_say_how_far_behind_they_are(milepost: Run) -> None:
    milepost("projects")
    told = milepost("lag", "--json").json
    assert [(one["name"], one["partition"], one["events"]) for one in told["lag"]] == [
        ("audit_trail_v2_1", None, 0), ("gates_v1_1", None, 0), ("phases_v1_1", None, 0), ("projects_v2_1", None, 0),
    ]  # fmt: skip
    milepost("propose-project", "lagging-1", *PROPOSAL)
    assert {one["events"] for one in milepost("lag", "--json").json["lag"]} == {1}
    assert "audit_trail_v2_1" in milepost("lag").out
