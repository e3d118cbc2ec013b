"""The account that the embedded servers run as."""

import os
from pathlib import Path

import pytest

from milepost.embedded.postgres.binaries import account_for
from tests.milepost.servers import ROOT, in_a_child


def test_tells_its_programs_nothing_of_our_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "not for you")
    assert "not for you" not in account_for(folder / "postgres").run("env").stdout


def test_has_no_group_of_ours(folder: Path) -> None:
    def work() -> None:
        if ROOT:
            os.setgroups([4])
        told = account_for(folder / "postgres").run("id", "-G").stdout.split()
        assert not ROOT or not {"0", "4"} & set(told)

    assert in_a_child(work) == 0
