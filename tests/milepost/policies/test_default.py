"""The default policy."""

from collections import Counter
from typing import get_args

import pytest
from pydantic import ValidationError

from domain.codec import LARGEST_EVENT
from domain.controls.control import controls
from domain.lifecycle import Column, Gate
from domain.policy.policy import Policy

COLUMNS: tuple[Column, ...] = get_args(Column)
# As default-policy.md sums them up, but that deferrals block in every column: leaving the emergency pays none of them.
SUMS = {
    "standard": (4, 13, 0, 1, 3, 38),
    "minor": (20, 0, 0, 12, 14, 13),
    "significant": (42, 0, 0, 15, 0, 2),
    "major": (57, 0, 0, 1, 0, 1),
    "emergency": (13, 0, 11, 7, 10, 18),
}
NEVER_WAIVED = {
    "decider-independent", "implementer-not-approver", "signers-authenticated", "rfc-approved", "category-not-lowered",
    "waivers-in-force", "template-valid", "gates-in-order", "sign-offs-current", "every-role-signed",
    "category-classified",
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_is_as_strict_as_it_was_weighed(policy: Policy, column: Column) -> None:
    found = Counter(rule.severity.of(column) for rule in policy.controls)
    assert tuple(found[s] for s in ("block", "standing", "defer", "warn", "record", None)) == SUMS[column]


def test_asks_for_every_control_there_is_and_no_other(policy: Policy) -> None:
    assert {rule.control for rule in policy.controls} == set(controls())
    assert len(policy.controls) == 59


def test_never_lets_separation_of_duties_be_waived(policy: Policy) -> None:
    assert {rule.control for rule in policy.controls if not rule.waivable} == NEVER_WAIVED
    accepted = policy.control("customer-accepted")
    assert accepted
    assert accepted.unwaivable_in == ("significant", "major")


@pytest.mark.parametrize("column", COLUMNS)
def test_says_who_signs_and_who_decides_at_every_gate_and_for_the_rfc(policy: Policy, column: Column) -> None:
    assert all(policy.gate(gate, column) for gate in Gate)
    assert policy.gate("rfc", column)


def test_names_only_roles_of_its_catalogue(policy: Policy) -> None:
    signing = {
        role
        for rule in policy.gates
        for wording in rule.required
        for role in wording.removesuffix("?").removesuffix(":*").split("|")
    }
    deciding = {role for rule in policy.gates for role in (*rule.decided_by, *rule.no_go_stands)}
    granting = {role for rule in policy.waivers for role in rule.granted_by}
    acting = {role for rule in policy.authorities for column in COLUMNS for role in rule.roles.of(column) or ()}
    combined = {role for rule in policy.combinations for role in rule.roles}
    named = signing | deciding | granting | acting | combined | {*policy.team_roles, *policy.keepers}
    assert named - {"team"} <= set(policy.roles)


def test_lets_no_administrator_sign_or_decide(policy: Policy) -> None:
    assert not [rule for rule in policy.gates if "administrator" in (*rule.required, *rule.decided_by)]


def test_decides_a_minor_change_with_the_last_sign_off(policy: Policy) -> None:
    modes = {rule.mode for rule in policy.gates if rule.column == "minor"}
    assert modes == {"last-signoff"}


def test_opens_all_gates_of_an_emergency_by_one_of_the_committee(policy: Policy) -> None:
    for gate in (Gate.ENVISIONED, Gate.PLAN_APPROVED, Gate.BUILD_COMPLETED, Gate.RELEASE_READY):
        rule = policy.gate(gate, "emergency")
        assert rule
        assert rule.required == rule.decided_by == ("emergency-committee",)
        assert (rule.minimum, rule.minimum_at_stake) == (1, 2)
    assert policy.may_decide_together(tuple(Gate)[1:5], "emergency")


def test_decides_gates_together_only_where_it_names_them(policy: Policy) -> None:
    start = (Gate.PORTFOLIO, Gate.ENVISIONED, Gate.PLAN_APPROVED)
    assert policy.may_decide_together(start, "minor")
    assert policy.may_decide_together(start[:2], "minor")
    assert not policy.may_decide_together(start, "major")
    assert policy.may_decide_together(start[:1], "major")


def test_says_what_it_means_to_hold_two_roles(policy: Policy) -> None:
    assert policy.combination("tester", "developer") == "N"
    assert policy.combination("program-manager", "tester") == "U"
    assert policy.combination("tester", "user-experience") is None


def test_gives_an_owed_text_of_an_emergency_one_working_day(policy: Policy) -> None:
    deferred = {rule.control: rule.due_within for rule in policy.controls if rule.severity.emergency == "defer"}
    assert {control for control, days in deferred.items() if days != 5} == {"rfc-submitted"}


def test_labels_every_milestone_in_each_discipline(policy: Policy) -> None:
    assert {rule.discipline for rule in policy.disciplines} == {"msf", "agile", "scrum", "cmmi", "pmi", "lean"}
    assert {tuple(gate for gate, _ in rule.labels) for rule in policy.disciplines} == {tuple(Gate)[1:]}


def test_fits_into_one_event(policy: Policy) -> None:
    written = policy.model_dump_json(exclude_none=True)
    assert len(written.encode()) < LARGEST_EVENT - 2_000
    assert Policy.model_validate_json(written) == policy


def test_has_one_rule_for_each_subject(policy: Policy) -> None:
    twice = policy.model_dump() | {"controls": [*policy.controls, policy.controls[0]]}
    with pytest.raises(ValidationError, match="more than one rule for the control category-classified"):
        Policy.model_validate(twice)


def test_says_nothing_of_what_it_does_not_know(policy: Policy) -> None:
    bare = policy.model_copy(update={"times": (), "waivers": (), "authorities": (), "gates": ()})
    assert bare.control("none-such") is None
    assert bare.gate("rfc", "major") is None
    assert bare.waiver("minor") is None
    assert bare.authorities_for("classify", "minor") == ()
    assert bare.times_of("minor").late_fact_days == 1
    assert policy.authorities_for("classify", "standard") == ()
