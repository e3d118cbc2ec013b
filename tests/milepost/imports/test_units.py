"""A unit."""

from milepost.imports import ImportReport
from milepost.imports.units import Unit, units_of
from tests.milepost.imports.histories import KEP, change, lines


def units(account: ImportReport, *changes: dict[str, object]) -> list[Unit]:
    return units_of(lines(changes), KEP, account)


def test_is_all_lines_of_one_proposal_in_one_commit() -> None:
    found = units(
        ImportReport(),
        change(0, "title", "A", proposal="7701"),
        change(0, "title", "B", proposal="7702"),
        change(0, "status", "provisional", proposal="7701"),
        change(1, "status", "implementable", proposal="7701"),
    )
    assert [(unit.key, unit.numbers) for unit in found] == [("kep-7701", [1, 3]), ("kep-7702", [2]), ("kep-7701", [4])]


def test_belongs_to_the_number_without_leading_zeros() -> None:
    assert [unit.key for unit in units(ImportReport(), change(0, "title", "A", proposal="0752"))] == ["kep-752"]


def test_knows_how_many_proposals_its_commit_touches() -> None:
    changes = [change(0, "title", "A", proposal=str(7000 + n)) for n in range(20)]
    assert {unit.together for unit in units(ImportReport(), *changes)} == {20}


def test_of_what_the_mapping_skips_is_none_and_says_why() -> None:
    account = ImportReport()
    assert units(account, change(0, "title", "A", proposal="42"), change(0, "title", "A", proposal="0000")) == []
    assert account.lines[1] == ("skipped", "proposal 42: a test fixture of the proposals' own tool")
    assert account.lines[2] == ("skipped", "proposal 0000: a placeholder that several real proposals shared")


def test_of_no_project_is_refused() -> None:
    account = ImportReport()
    assert units(account, change(0, "title", "A", proposal="new"), change(0, "title", "A", proposal="123456789")) == []
    assert account.lines[1] == ("refused", "proposal: 'new' is no project's")
    assert account.count("refused") == 2


def test_of_a_project_that_could_have_no_key_is_refused() -> None:
    account = ImportReport()
    loose = KEP.model_copy(update={"project": KEP.project.model_copy(update={"pattern": "(.*)"})})
    assert units_of(lines([change(0, "title", "A", proposal="Ü")]), loose, account) == []
    assert "can't be a key" in account.lines[1][1]


def test_out_of_the_order_of_time_is_refused_by_line() -> None:
    account = ImportReport()
    found = units(account, change(5, "title", "A"), change(3, "title", "B"), change(6, "title", "C"))
    assert [unit.numbers for unit in found] == [[1], [3]]
    assert account.lines[2] == ("refused", "out of order: an earlier line of the same project is of a later moment")


def test_has_one_moment() -> None:
    account = ImportReport()
    [unit] = units(account, change(0, "title", "A", commit="c"), change(1, "status", "provisional", commit="c"))
    assert unit.numbers == [1]
    assert account.lines[2] == ("refused", "of another moment than the first line of the same unit")
