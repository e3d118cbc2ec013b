"""The page of the policy."""

import httpx
import pytest

from domain.controls.control import controls
from milepost.policies import default_policy
from tests.milepost.web.pages.browsing import ParsedPage


def test_policy_page_describes_every_control(site: str) -> None:
    page = httpx.get(f"{site}/policy").text
    asked = {rule.control for rule in default_policy().controls}
    assert {f"control-{name}" for name in asked} <= ParsedPage(page).targets
    assert all(controls()[name].warrant.partition("'")[0] in page for name in asked)


@pytest.mark.parametrize(("label", "status"), [("default/1", 200), ("default/9", 404), ("none/1", 404)])
def test_policy_page_is_found_by_label(site: str, label: str, status: int) -> None:
    assert httpx.get(f"{site}/policy", params={"label": label}).status_code == status
