"""The page of a policy."""

from pathlib import Path

from domain.policy.policy import Policy
from milepost.policies.policy_document import policy_page

PAGE = Path(__file__).parents[3] / "docs" / "policy.md"


def test_is_up_to_date(policy: Policy) -> None:
    assert policy_page(policy) == PAGE.read_text("utf-8"), "write it anew: python -m milepost.policies > docs/policy.md"


def test_sums_up_each_column(policy: Policy) -> None:
    assert "| 4/13/0/1/3/38 | 20/0/0/12/14/13 | 42/0/0/15/0/2 | 57/0/0/1/0/1 | 13/0/11/7/10/18 |" in policy_page(policy)


def test_of_a_policy_that_leaves_things_open_says_so(policy: Policy) -> None:
    bare = policy.model_copy(update={"gates": (), "category": None})
    assert "| portfolio | – | – | – | – | – |" in policy_page(bare)


def test_keeps_its_tables_whole(policy: Policy) -> None:
    widths: set[tuple[int, int]] = set()
    for part in policy_page(policy).split("\n## ")[1:]:
        lines = [line.replace("\\|", "") for line in part.splitlines() if line.startswith("|")]
        widths |= {(line.count("|"), lines[0].count("|")) for line in lines}
    assert all(cells == head for cells, head in widths)
