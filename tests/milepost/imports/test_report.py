"""The account of an import."""

from milepost.imports import ImportReport


def test_counts_each_line_once_by_what_was_said_last() -> None:
    account = ImportReport()
    account.settle("no_effect", "known", 1, 2)
    account.settle("refused", "older", 2)
    assert (account.count("no_effect"), account.count("refused"), account.count("applied")) == (1, 1, 0)
    assert account.applied([1, 2, 3]) == [3]


def test_names_the_lines_of_each_reason_the_most_frequent_first() -> None:
    account = ImportReport()
    account.settle("refused", "rare", 9)
    account.settle("refused", "often", 7, 3)
    assert list(account.reasons("refused").items()) == [("often", [3, 7]), ("rare", [9])]
