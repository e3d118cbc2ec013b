"""The teeth: that each mutation is still one; `python -m tests.chaos.teeth` shows that each is found."""

import ast

import pytest

from tests.chaos.teeth import MUTATIONS, ROOT, Mutation


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[mutation.what for mutation in MUTATIONS])
def test_changes_what_is_there_and_names_a_test_that_is(mutation: Mutation) -> None:
    whole = (ROOT / mutation.file).read_text()
    assert whole.count(mutation.was) == 1
    ast.parse(whole.replace(mutation.was, mutation.becomes))
    file, _, test = mutation.test.partition("::")
    assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text()
