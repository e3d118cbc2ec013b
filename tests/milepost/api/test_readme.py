"""The README."""

import os
import re
import subprocess
from pathlib import Path

from milepost.settings import MEANINGS
from tests.milepost.serving import Site

PAGE = Path("README.md").read_text("utf-8")


def test_leads_through_a_tour_that_works(site: Site) -> None:
    [tour] = re.findall(r"```sh tour\n(.*?)```", PAGE, re.DOTALL)
    environment = {**os.environ, "M": str(site.client.base_url).rstrip("/")}
    done = subprocess.run(["bash", "-eu", "-c", tour], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    answers = done.stdout.splitlines()
    assert [('"accepted"' in answer or '"events":[{' in answer) for answer in answers[:3]] == [True, True, True], (
        answers
    )
    assert "stays shut" in answers[3]
    assert "signoff.given/1" in answers[4]


def test_names_each_setting_with_its_meaning() -> None:
    rows = dict(re.findall(r"^\| `MILEPOST_(\w+)` \| (.*) \|$", PAGE, re.MULTILINE))
    assert rows == {name.upper(): meaning for name, meaning in MEANINGS.items()}


def test_leads_to_pages_that_are_there() -> None:
    for target in re.findall(r"\]\(((?!http)[^)]+)\)", PAGE):
        assert Path(target).exists(), target
