"""The page on the architecture: the files and folders that it names, and one command's way through them."""

import re

from tests.house.sources import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PATH = re.compile(r"`((?:domain|projections|consumers|milepost|tests)/[\w/.]*)`")
STEP = re.compile(r"^(\d+)\. `([^`]+)`", re.MULTILINE)
PACKAGES = ("domain", "consumers", "milepost")
MAX_STEPS = 25


def test_architecture_page_names_files_and_folders_that_exist() -> None:
    named = PATH.findall(PAGE)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_architecture_page_names_every_folder_of_the_packages() -> None:
    folders = {
        f"{path.parent.relative_to(ROOT)}/" for package in PACKAGES for path in ROOT.glob(f"{package}/*/__init__.py")
    }
    assert "domain/state/" in folders
    assert folders - set(PATH.findall(PAGE)) == set()


def test_architecture_page_shows_the_way_of_a_command_in_at_most_25_files() -> None:
    numbers, files = zip(*STEP.findall(PAGE), strict=True)
    assert [int(number) for number in numbers] == list(range(1, len(files) + 1))
    assert len(set(files)) == len(files) <= MAX_STEPS
