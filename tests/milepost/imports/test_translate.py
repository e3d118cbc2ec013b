"""What a unit says."""

from datetime import timedelta
from typing import Any

import pytest

from domain.imports.observations import (
    CohortSeen,
    FactSeen,
    ProposalSeen,
    RoleSeen,
    ScheduleSeen,
    SignoffSeen,
    TitleSeen,
)
from domain.planning.features import FeaturePlanned
from domain.planning.schedule import MilestoneDue
from domain.portfolio.links import ProjectLinked
from tests.milepost.imports.histories import BEGAN, BIRTH, KEP, PEOPLE, Reader, change, tell


def person(name: str) -> str:
    return PEOPLE.id_of(name) or ""


def test_at_first_is_that_the_project_is_there() -> None:
    told = tell(*BIRTH)
    [proposal] = told.last
    assert isinstance(proposal, ProposalSeen)
    assert (proposal.title, proposal.service, proposal.external_ref) == ("Faster pods", "sig-node", "77")
    assert told.fate(1)[0] == "applied"
    assert told.fate(3) == ("no_effect", "creation-date: tells how well the first moment is known")


def test_of_a_project_without_title_and_group_falls_back() -> None:
    [proposal] = tell(change(0, "creation-date", "2024-04-20")).last
    assert isinstance(proposal, ProposalSeen)
    assert (proposal.title, proposal.service) == ("kep-77", "unknown")


def test_later_of_title_and_group_moves_them() -> None:
    told = tell(*BIRTH, change(1, "title", "Fast pods"), change(1, "owning-sig", "SIG-Scheduling"))
    assert told.last == [TitleSeen(title="Fast pods"), CohortSeen(attribute="service", new="sig-scheduling")]


@pytest.mark.parametrize(
    ("began", "quality"),
    [("2024-02-01", "exact"), ("2024-01-31", "at-latest"), ("soon", "at-latest"), (None, "at-latest")],
)
def test_is_only_the_latest_moment_where_the_proposal_is_much_older(began: str | None, quality: str) -> None:
    dated = [change(0, "creation-date", began)] if began else []
    assert tell(change(0, "title", "A"), *dated, change(1, "title", "B")).quality() == [quality, "exact"]


def test_is_only_the_latest_moment_where_the_file_begins_in_the_midst_of_a_project() -> None:
    told = tell(change(0, "creation-date", "2024-04-20"), change(0, "title", "New", was="Old"))
    assert told.quality() == ["at-latest"]


def test_is_only_the_latest_moment_where_a_commit_touches_many() -> None:
    changes = [one | {"proposal": str(7000 + n)} for n in range(20) for one in BIRTH]
    assert set(tell(*changes).quality()) == {"at-latest"}
    assert set(tell(*changes[:-3]).quality()) == {"exact"}


def test_of_people_is_who_comes_and_goes() -> None:
    told = tell(*BIRTH, change(1, "authors", ["ada", "bob"]), change(2, "authors", ["@Bob", "eve"]))
    assert told.last == [
        RoleSeen(person=person("ada"), role="program-manager", held=False),
        RoleSeen(person=person("eve"), role="program-manager"),
    ]


def test_of_the_same_people_in_another_order_has_no_effect() -> None:
    told = tell(*BIRTH, change(1, "reviewers", ["ada", "bob"]), change(2, "reviewers", ["bob", "ada"]))
    assert told.units[-1] is None
    assert told.fate(5) == ("no_effect", "reviewers: names the same people otherwise")


def test_of_an_odd_name_is_kept_and_remarked() -> None:
    told = tell(*BIRTH, change(1, "approvers", ["TBD from sig-node", "max"]))
    assert len(told.last) == 2
    assert told.account.remarks == {"approvers: not a name as the source's people have": {4}}


def test_of_targets_is_all_that_are_known() -> None:
    told = tell(*BIRTH, change(1, "milestone.alpha", "1.30"), change(2, "milestone.stable", "v1.99.1"))
    alpha = MilestoneDue.model_validate({"gate": "plan-approved", "day": "2024-04-17", "release": "v1.30"})
    stable = MilestoneDue.model_validate({"gate": "release-ready", "release": "v1.99"})
    assert told.last == [ScheduleSeen(milestones=(alpha, stable))]


def test_of_a_target_that_cant_be_read_is_refused_and_takes_it_away() -> None:
    told = tell(
        *BIRTH,
        change(1, "milestone.alpha", "v1.30"),
        change(2, "milestone.alpha", "TODO", was="v1.30"),
        change(3, "milestone.alpha", "v1.31", was="TODO"),
    )
    assert told.fate(5) == ("refused", "milestone.alpha: 'TODO' is no release that can be read")
    assert [observation.said_as for observation in told.last] == ["schedule"]


def test_of_the_release_aimed_at_has_no_effect_of_its_own() -> None:
    told = tell(*BIRTH, change(1, "latest-milestone", "v1.30"))
    assert told.units[-1] is None
    assert told.fate(4) == ("no_effect", "latest-milestone: counts only for a gate that has no target of its own")


def test_of_an_approval_is_a_sign_off_at_the_gate_of_its_stage() -> None:
    told = tell(*BIRTH, change(1, "production-readiness.beta", "@olga"))
    [signoff] = told.last
    assert signoff == SignoffSeen.model_validate(
        {"gate": "build-completed", "role": "operations", "person": person("olga")}
    )


def test_of_an_approval_by_nobody_has_no_effect() -> None:
    assert tell(*BIRTH, change(1, "production-readiness.beta", " @ ")).fate(4) == (
        "no_effect",
        "production-readiness.beta: names nobody",
    )


def test_of_feature_gates_and_links_is_what_is_added() -> None:
    told = tell(
        *BIRTH,
        change(1, "feature-gates", ["FastPods"]),
        change(2, "feature-gates", ["FastPods", "Fast Pods_2"]),
        change(2, "replaces", ["keps/old.md"]),
        change(3, "feature-gates", ["FastPods"]),
    )
    assert told.units[-2] is not None
    assert told.units[-2].said == (
        FactSeen.of(FeaturePlanned(feature="fast-pods_2", title="Fast Pods_2")),
        FactSeen.of(ProjectLinked(relation="replaces", to="keps/old.md")),
    )
    assert told.fate(7)[1] == "feature-gates: nothing is added; what is planned or linked once stays on record"


def test_of_a_field_that_changes_twice_is_the_last_word() -> None:
    told = tell(*BIRTH, change(1, "title", "B", was="Faster pods"), change(1, "title", "C", was="B"))
    assert told.last == [TitleSeen(title="C")]
    assert told.fate(4) == ("no_effect", "title changes 2 times in this unit: it is the last")


@pytest.mark.parametrize("was", [("implementable", "replaced"), (None, None)])
def test_of_a_field_that_changes_to_and_fro_is_that_it_stays(was: tuple[Any, Any]) -> None:
    told = tell(
        *BIRTH,
        change(1, "status", "implementable"),
        change(2, "status", "replaced", was=was[0]),
        change(2, "status", "implementable", was=was[1]),
    )
    assert told.units[-1] is None
    assert told.fate(5) == told.fate(6) == ("no_effect", "status changes 2 times in this unit: it stays")


def test_of_what_was_known_already_has_no_effect() -> None:
    told = tell(*BIRTH, change(1, "status", "implementeable"), change(2, "status", "implementable"))
    assert told.fate(5) == ("no_effect", "status: says what was known already")


def test_of_a_field_of_which_the_mapping_knows_nothing_is_refused() -> None:
    assert tell(*BIRTH, change(1, "colour", "red")).fate(4) == ("refused", "field 'colour' is not in the mapping")


def test_of_a_field_that_the_mapping_skips_says_why() -> None:
    told = tell(*BIRTH, change(1, "milestone.GA", "v1.20"))
    assert told.fate(4) == ("skipped", "milestone.GA: one proposal once called its stable target so")


def test_of_a_noted_field_is_a_note() -> None:
    assert tell(*BIRTH, change(1, "milestone.removed", "v1.40")).names == ["fact"]


def test_is_in_the_order_of_the_mapping_whatever_the_order_of_its_lines() -> None:
    told = tell(
        *BIRTH,
        change(1, "stage", "beta"),
        change(1, "status", "implementable"),
        change(1, "production-readiness.beta", "olga"),
        change(1, "milestone.beta", "v1.31"),
        change(1, "authors", ["ada"]),
    )
    assert told.names == ["role", "schedule", "signoff", "milestone", "milestone"]


def test_without_a_rule_for_the_beginning_is_exact() -> None:
    plain = KEP.model_copy(update={"time": KEP.time.model_copy(update={"began": None})})
    assert Reader(plain)(change(0, "title", "A")).quality() == ["exact"]


def test_of_a_day_is_measured_in_the_suns_own_zone() -> None:
    late = {**change(0, "title", "A"), "at": (BEGAN + timedelta(hours=13)).isoformat()}
    assert tell(late, {**late, "field": "creation-date", "to": "2024-02-02"}).quality() == ["exact"]
