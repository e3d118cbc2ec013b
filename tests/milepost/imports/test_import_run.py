"""An import."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.codec import decode
from domain.imports.import_events import ImportFinished, ImportOpened
from domain.reviews.milestones import MilestoneReached
from milepost.imports import Imported, Mapping, Unimportable, import_file
from milepost.log.command_outcome import CommandRequest
from milepost.log.export import export
from milepost.log.store import Log
from milepost.log.verify import verify
from milepost.log.writer import Writer
from tests.milepost.imports.histories import BIRTH, KEP, PEOPLE, change, jsonl
from tests.milepost.logs import PROPOSE

Run = Callable[..., Imported]

LIFE = (
    *BIRTH,
    change(0, "authors", ["ada"]),
    change(0, "approvers", ["max"]),
    change(0, "status", "provisional"),
    change(10, "status", "implementable", was="provisional"),
    change(10, "milestone.beta", "v1.31"),
    change(20, "stage", "beta"),
    change(25, "production-readiness.beta", "olga"),
    change(30, "stage", "gamma", was="beta"),
    change(31, "title", "Faster pods", was="Faster pods"),
    change(32, "title", "B", proposal="42"),
)
"""A proposal that is watched from its start, approved late for beta, with one word that says nothing."""


@pytest.fixture
def run(log: Log, writer: Writer, tmp_path: Path) -> Run:
    """Import these changes; by the mapping of the proposals where no other is given."""

    def imports(*changes: dict[str, Any], mapping: Mapping = KEP, **how: Any) -> Imported:
        return import_file(log, writer, jsonl(tmp_path / "history.jsonl", changes), mapping, PEOPLE, "ada", **how)

    return imports


def kinds(log: Log, stream: str) -> list[str]:
    return [recorded.event.kind for recorded in log.stream(stream)]


def test_records_a_life_as_its_source_tells_it(run: Run, log: Log) -> None:
    run(*LIFE)
    assert kinds(log, "project-kep-77") == [
        "project.proposed/1",
        "role.assigned/1",
        "role.assigned/1",
        "coverage.stated/1",
        "coverage.stated/1",
        "project.envisioned/1",
        "schedule.baselined/1",
        "coverage.stated/1",
        "project.plan-approved/1",
        "project.build-completed/1",
        "breach.recorded/1",
        "signoff.given/1",
        "breach.recorded/1",
    ]
    told = log.stream("project-kep-77")
    assert {(r.who, r.auth, r.origin, r.policy) for r in told} == {("unknown", "unknown", "import:kep", "kep/1")}
    assert [r.time.isoformat() for r in told if isinstance(r.event, MilestoneReached)] == [
        "2024-05-01T12:00:00+00:00",
        "2024-05-11T12:00:00+00:00",
        "2024-05-21T12:00:00+00:00",
    ]
    assert {r.correlation for r in told} == {"commit0", "commit10", "commit20", "commit25"}


def test_accounts_for_every_line(run: Run) -> None:
    done = run(*LIFE)
    assert done.line() == {"projects": 1, "events": 16, "applied": 9, "no_effect": 2, "skipped": 1, "refused": 1}
    assert done.lines == len(LIFE) == sum(done.line()[fate] for fate in ("applied", "no_effect", "skipped", "refused"))
    assert done.account.reasons("refused") == {"stage: 'gamma' is no word that the mapping knows": [11]}
    assert done.account.reasons("no_effect") == {
        "creation-date: tells how well the first moment is known": [3],
        "title: says what was known already": [12],
    }


def test_says_what_it_read_and_what_came_of_it(run: Run, log: Log) -> None:
    run(*LIFE)
    opened, finished = (recorded.event for recorded in log.stream("import-kep"))
    assert isinstance(opened, ImportOpened)
    assert (opened.lines, opened.mapping, opened.policy, opened.imported_by) == (13, KEP.digest, "kep/1", "ada")
    assert isinstance(finished, ImportFinished)
    assert (finished.refused, finished.first_refused) == (1, 11)
    assert kinds(log, "policy-kep") == ["policy.adopted/1"]


def test_repeated_adds_nothing(run: Run, log: Log) -> None:
    run(*LIFE)
    head = log.head().position
    again = run(*LIFE)
    assert again.line() == {"projects": 1, "events": 0, "applied": 0, "no_effect": 11, "skipped": 1, "refused": 1}
    assert log.head().position == head


def test_of_a_longer_file_adds_its_new_units(run: Run, log: Log) -> None:
    run(*LIFE)
    longer = run(*LIFE, change(40, "stage", "stable", was="beta"))
    assert longer.line()["applied"] == 1
    assert kinds(log, "project-kep-77")[-3:] == ["pilot.decided/1", "coverage.stated/1", "project.release-ready/1"]
    assert kinds(log, "import-kep") == ["import.opened/1", "import.finished/1"] * 2


def test_of_a_changed_unit_is_refused_by_line(run: Run, log: Log) -> None:
    run(*LIFE)
    head = log.head().position
    changed = run(*LIFE[:6], change(10, "status", "implemented", was="provisional"), *LIFE[7:])
    reason = "history changed: this unit was imported before and said, or meant, something else"
    assert changed.account.reasons("refused")[reason] == [7, 8]
    assert log.head().position - head == 2, "only the import itself is recorded"


def test_of_a_unit_older_than_the_last_one_is_refused_by_line(run: Run) -> None:
    run(*LIFE)
    changed = run(*LIFE[:8], change(15, "authors", ["ada", "eve"], was=["ada"]), *LIFE[8:])
    [reason] = [
        reason for reason in changed.account.reasons("refused") if reason.startswith("the source's history has changed")
    ]
    assert changed.account.reasons("refused")[reason] == [9]


def test_is_another_under_another_name(run: Run, log: Log) -> None:
    other = KEP.project.model_copy(update={"prefix": "old-"})
    policy = KEP.rules.model_copy(update={"name": "old"}) if KEP.rules else None
    run(*LIFE)
    run(*LIFE, mapping=KEP.model_copy(update={"name": "old", "project": other, "rules": policy}))
    assert kinds(log, "project-old-77") == kinds(log, "project-kep-77")


def test_never_mixes_with_what_is_live(run: Run, writer: Writer, log: Log) -> None:
    writer.execute(CommandRequest("project-kep-77", (PROPOSE,), "ada"), 10)
    done = run(*LIFE)
    assert all("use another stream" in reason or "no word" in reason for reason in done.account.reasons("refused"))
    assert kinds(log, "project-kep-77") == ["project.proposed/1"]


def test_tried_writes_nothing_and_says_the_same(run: Run, log: Log) -> None:
    head = log.head().position
    tried = run(*LIFE, dry_run=True)
    assert (log.head().position, tried.written) == (head, False)
    assert tried.line() == run(*LIFE).line()
    assert run(*LIFE, dry_run=True).line()["events"] == 0


def test_that_is_strict_writes_nothing_where_a_line_is_refused(run: Run, log: Log) -> None:
    head = log.head().position
    refused = run(*LIFE, strict=True)
    assert (refused.written, refused.line()["refused"], log.head().position) == (False, 1, head)
    assert run(*LIFE[:10], strict=True).written


def test_keeps_each_projects_order_with_many_under_way(run: Run, log: Log) -> None:
    lives = [one | {"proposal": str(7000 + n)} for one in LIFE[:10] for n in range(30)]
    seen: list[tuple[int, int]] = []

    def progress(settled: int, total: int) -> None:
        seen.append((settled, total))

    done = run(*lives, progress=progress)
    assert done.line()["projects"] == 30
    assert len({tuple(kinds(log, f"project-kep-{7000 + n}")) for n in range(30)}) == 1
    assert seen[-1] == (120, 120)


def test_with_a_changed_policy_of_the_same_version_is_refused_whole(run: Run) -> None:
    run(*LIFE)
    assert KEP.rules is not None
    changed = KEP.model_copy(update={"rules": KEP.rules.model_copy(update={"roles": ()})})
    with pytest.raises(Unimportable, match="does not follow kep/1; the next version is 2"):
        run(*LIFE, mapping=changed)


def test_of_a_file_that_is_not_there_opens_nothing(log: Log, writer: Writer, tmp_path: Path) -> None:
    with pytest.raises(Unimportable, match="can't be read"):
        import_file(log, writer, tmp_path / "nowhere", KEP, PEOPLE, "ada")
    assert kinds(log, "import-kep") == []


def test_keeps_names_out_of_the_log_and_leaves_it_sound(run: Run, log: Log) -> None:
    run(*LIFE)
    stored = b"".join(event.data for event in log.events(after=2))
    assert all(name not in stored for name in (b"olga", b'"max"'))
    assert verify(export(log)).findings == []
    assert decode(stored[: stored.index(b"}{") + 1]).event.kind == "policy.adopted/1"
