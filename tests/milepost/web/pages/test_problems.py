"""The pages of problems."""

import re
from pathlib import Path

import milepost
from milepost.web.api.commands import TITLES
from milepost.web.pages.problems import MEANINGS
from milepost.web.problems import Problem, problem_of

RAISED = re.compile(r'Problem\(\s*\d{3},\s*"([a-z-]+)"')


def test_explain_every_kind_that_is_ever_answered() -> None:
    sources = [path.read_text() for path in Path(milepost.__path__[0]).rglob("*.py")]
    kinds = {kind for source in sources for kind in RAISED.findall(source)} | set(TITLES)
    kinds |= set(re.findall(r'\d{3}, "([a-z-]+)", "[A-Z]', "".join(sources)))
    assert {"header", "unknown", "too-large", "refused"} <= kinds
    assert kinds <= set(MEANINGS)


def test_are_where_the_type_of_a_problem_leads() -> None:
    answered = problem_of(Problem(404, "unknown", "There is no such thing", "x")).response()
    assert b'"type":"/problems/unknown"' in answered.body
