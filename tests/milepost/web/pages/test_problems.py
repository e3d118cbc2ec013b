"""The pages of problems."""

import re
from pathlib import Path

import milepost
from milepost.web.api.commands import TITLES
from milepost.web.pages.problems import PROBLEM_MEANINGS
from milepost.web.problems import Problem, problem_of

RAISED = re.compile(r'Problem\(\s*\d{3},\s*"([a-z-]+)"')


def test_problem_pages_explain_every_kind() -> None:
    sources = [path.read_text() for path in Path(milepost.__path__[0]).rglob("*.py")]
    kinds = {kind for source in sources for kind in RAISED.findall(source)} | set(TITLES)
    kinds |= set(re.findall(r'\d{3}, "([a-z-]+)", "[A-Z]', "".join(sources)))
    assert {"header", "unknown", "too-large", "refused"} <= kinds
    assert kinds <= set(PROBLEM_MEANINGS)


def test_problem_type_is_the_address_of_its_page() -> None:
    answered = problem_of(Problem(404, "unknown", "There is no such thing", "x")).response()
    assert b'"type":"/problems/unknown"' in answered.body
