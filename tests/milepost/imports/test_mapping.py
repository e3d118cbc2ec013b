"""A mapping."""

from pathlib import Path

import pytest

from milepost.imports import Unmappable, mapping_from
from tests.milepost.imports.histories import EXAMPLES, KEP

KEP_TEXT = (EXAMPLES / "kep.toml").read_text("utf-8")
POLICY_TEXT = (EXAMPLES / "kep-policy.toml").read_text("utf-8")


def mapped(folder: Path, old: str, new: str, policy: str = POLICY_TEXT) -> Path:
    assert old in KEP_TEXT
    (folder / "kep-policy.toml").write_text(policy, "utf-8")
    (folder / "kep.toml").write_text(KEP_TEXT.replace(old, new, 1), "utf-8")
    return folder / "kep.toml"


def test_brings_its_policy_and_its_digest(tmp_path: Path) -> None:
    same = mapping_from(mapped(tmp_path, "# How", "# How"))
    assert same.digest == KEP.digest
    assert same.rules is not None
    assert same.rules.label == "kep/1"
    assert mapping_from(mapped(tmp_path, "# How", "# Who")).digest != KEP.digest


@pytest.mark.parametrize(
    ("old", "new", "because"),
    [
        ('name = "kep"', "name = kep", "Invalid value"),
        ('format = "jsonl"', 'format = "xml"', "format: Input should be 'jsonl' or 'csv'"),
        ('kind = "packaged_product"', 'kind = "thing"', "project.kind"),
        ('means = "title"', 'means = "name"', "fields.title.means"),
        ('means = "title"', 'means = "title"\ncolour = "red"', "fields.title.colour: Extra inputs"),
        ('means = "service"', 'means = "role"', "a field that means role also says role"),
        ('reverses = "deployed"', "", "either returns to a phase or reverses a gate"),
        ('reverses = "deployed"', 'reverses = "done"', "fields.status.back.0.reverses"),
        ('pattern = "0*', 'pattern = "(', "unterminated subpattern"),
        ('policy = "kep-policy.toml"', 'policy = "none.toml"', "No such file"),
    ],
)
def test_that_is_wrong_names_the_place(tmp_path: Path, old: str, new: str, because: str) -> None:
    with pytest.raises(Unmappable) as error:
        mapping_from(mapped(tmp_path, old, new))
    assert because in str(error.value)


def test_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unmappable, match=r"nowhere\.toml"):
        mapping_from(tmp_path / "nowhere.toml")


def test_with_a_policy_that_blocks_is_refused(tmp_path: Path) -> None:
    strict = POLICY_TEXT.replace("observed_only = true", "observed_only = false")
    with pytest.raises(Unmappable, match="only observes"):
        mapping_from(mapped(tmp_path, "# How", "# How", policy=strict))


def test_orders_releases_by_their_numbers() -> None:
    names = ["v1.9", "1.10", "v1.21.4"]
    targets = [KEP.target(name) or "" for name in names]
    assert targets == ["v1.9", "v1.10", "v1.21"]
    assert sorted(targets, key=KEP.order) == targets
    assert KEP.target("0.0") is None
    assert KEP.order("soon") == ()
