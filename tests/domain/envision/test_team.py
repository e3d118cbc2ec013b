"""A role in the team."""

from dataclasses import replace
from datetime import timedelta

from domain.envision.team import AssignRole, ReleaseRole, RoleAssigned, RoleReleased, signing_roles
from domain.policy.policy import GateRule, Policy
from tests.conftest import START, by, event_id
from tests.domain.openings import CANCELLED, PROPOSED, GivenPast, classified, holds

TESTER = AssignRole(person="linus", role="tester")
MANAGER = holds("grace", "solution-manager")
LATER = START + timedelta(days=30)


def test_is_given_by_the_requester_while_there_is_no_solution_manager(given: GivenPast) -> None:
    given(PROPOSED, classified("significant")).when(TESTER).then(holds("linus", "tester"))


def test_is_given_by_the_owner_too_who_is_named_in_it(given: GivenPast) -> None:
    past = given(PROPOSED, classified("minor"), holds("ida", "program-manager"))
    past.when(TESTER, by="ida").then(RoleAssigned(person="linus", role="tester", granted_by_role="program-manager"))


def test_is_not_given_by_just_anyone(given: GivenPast) -> None:
    given(PROPOSED).when(TESTER, by="mallory").then_rejected("only .* may grant or end the role tester")


def test_is_the_requesters_to_give_only_while_it_is_vacant(given: GivenPast) -> None:
    past = given(PROPOSED, classified("minor"), holds("ida", "tester"), MANAGER)
    past.when(TESTER).then_rejected("only .* may grant or end the role tester")
    past.when(AssignRole(person="linus", role="support")).then(holds("linus", "support"))


def test_is_the_requesters_to_give_while_nothing_is_classified(given: GivenPast) -> None:
    given(PROPOSED, MANAGER).when(TESTER).then(holds("linus", "tester"))


def test_is_the_requesters_to_give_in_an_emergency(given: GivenPast) -> None:
    given(PROPOSED, classified("major", "emergency"), MANAGER).when(TESTER).then(holds("linus", "tester"))


def test_is_the_solution_managers_to_give_once_there_is_one(given: GivenPast) -> None:
    past = given(PROPOSED, classified("significant"), MANAGER)
    past.when(TESTER).then_rejected(
        "only solution-manager or administrator may grant or end the role tester .held by grace."
    )
    granted = RoleAssigned(person="linus", role="tester", granted_by_role="solution-manager")
    past.when(TESTER, by="grace").then(granted)


def test_that_signs_nowhere_may_be_given_by_more_people(given: GivenPast, policy: Policy) -> None:
    past = given(PROPOSED, classified("significant"), MANAGER, holds("ida", "program-manager"))
    assert "auditor" not in signing_roles(policy, "significant")
    past.when(TESTER, by="ida").then_rejected(
        "only solution-manager or administrator may grant or end the role tester .held by grace."
    )
    past.when(AssignRole(person="linus", role="auditor"), by="ida").then_kinds("role.assigned/1")


def test_is_never_given_to_oneself(given: GivenPast) -> None:
    given(PROPOSED).when(AssignRole(person="ada", role="tester")).then_rejected(
        "person: ada can't assign a role to themselves; another person must assign it"
    )


def test_is_one_that_the_policy_knows(given: GivenPast, policy: Policy) -> None:
    past = given(PROPOSED)
    past.when(AssignRole(person="linus", role="wizard")).then_rejected("role: policy default/1 does not define wizard")
    any_role = replace(past, policy=policy.model_copy(update={"roles": ()}))
    any_role.when(AssignRole(person="linus", role="wizard")).then(holds("linus", "wizard"))


def test_of_a_requester_is_nobodys_to_give(given: GivenPast) -> None:
    made = AssignRole(person="linus", role="requester")
    given(PROPOSED).when(made).then_rejected(
        "role: requester is set by the proposal and can't be assigned; choose another role"
    )


def test_given_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, holds("linus", "tester")).when(TESTER, by="mallory").then_nothing()


def test_given_from_a_later_moment_on_is_given_already(given: GivenPast) -> None:
    ahead = RoleAssigned(person="linus", role="tester", since=LATER)
    past = given(PROPOSED, ahead)
    assert past.project().team.holders("tester", START + timedelta(days=1)) == []
    assert past.project().team.holders("tester", LATER) != []
    past.when(TESTER).then_nothing()


def test_that_ended_may_be_given_again(given: GivenPast) -> None:
    ended = RoleAssigned(person="linus", role="tester", until=LATER)
    given(PROPOSED, ended).when(TESTER, at=LATER).then(holds("linus", "tester"))


def test_begins_now_or_later_and_ends_after_that(given: GivenPast) -> None:
    past = given(PROPOSED)
    past.when(TESTER.model_copy(update={"since": START})).then_rejected(
        "since: a role can't be granted for the past; leave it out or give a future moment"
    )
    past.when(TESTER.model_copy(update={"since": LATER}), at=LATER).then_kinds("role.assigned/1")
    past.when(TESTER.model_copy(update={"until": START})).then_rejected(
        "until: the end is not after the beginning; give a later moment"
    )
    backwards = TESTER.model_copy(update={"since": LATER, "until": LATER})
    past.when(backwards).then_rejected("until: the end is not after the beginning; give a later moment")
    limited = TESTER.model_copy(update={"since": LATER, "until": LATER + timedelta(days=1)})
    past.when(limited).then_kinds("role.assigned/1")


def test_told_of_as_begun_earlier_holds_only_from_when_it_was_granted(given: GivenPast) -> None:
    backdated = RoleAssigned(person="linus", role="tester", since=START - timedelta(days=9))
    _, assignment = given(PROPOSED, backdated).project().team.assignments.values()
    assert assignment.since == START + timedelta(hours=2)


def test_may_be_a_deputys_of_an_assignment_to_the_same_role(given: GivenPast) -> None:
    past = given(PROPOSED, holds("ida", "tester"), holds("ida", "support"))
    deputy = TESTER.model_copy(update={"deputy_for": event_id(2)})
    past.when(deputy.model_copy(update={"deputy_for": event_id(9)})).then_rejected(
        "deputy_for: this project has no assignment 00000000-0000-7000-8000-000000000009 as tester"
    )
    past.when(deputy.model_copy(update={"deputy_for": event_id(3)})).then_rejected(
        "deputy_for: this project has no assignment 00000000-0000-7000-8000-000000000003 as tester"
    )
    both = given(PROPOSED, classified("significant"), MANAGER, holds("ida", "tester"))
    [granted] = both.when(deputy.model_copy(update={"deputy_for": event_id(4)}), by="grace").follows()
    assert isinstance(granted, RoleAssigned)
    assert granted.deputy_for == event_id(4)


def test_is_held_by_who_it_was_given_to(given: GivenPast) -> None:
    given_role = RoleAssigned(person="linus", role="tester", granted_by_role="solution-manager")
    _, assignment = given(PROPOSED, by("grace")(given_role)).project().team.assignments.values()
    assert (assignment.id, assignment.person, assignment.role) == (event_id(2), "linus", "tester")
    assert (assignment.granted_by, assignment.granted_as) == ("grace", "solution-manager")


def test_ends_when_its_holder_gives_it_back(given: GivenPast) -> None:
    released = RoleReleased(assignment=event_id(2), reason="on leave")
    release = ReleaseRole(assignment=event_id(2), reason="on leave")
    given(PROPOSED, holds("linus", "tester")).when(release, by="linus").then(released)
    project = given(PROPOSED, holds("linus", "tester"), released).project()
    assert project.team.holders("tester", LATER) == []


def test_is_ended_by_who_may_give_it(given: GivenPast) -> None:
    past = given(PROPOSED, classified("significant"), MANAGER, holds("linus", "tester"))
    past.when(ReleaseRole(assignment=event_id(4))).then_rejected(
        "only solution-manager.* may grant or end the role tester"
    )
    past.when(ReleaseRole(assignment=event_id(4)), by="grace").then(RoleReleased(assignment=event_id(4)))


def test_of_a_light_change_is_taken_back_by_the_requester_who_gave_it(given: GivenPast) -> None:
    own = given(PROPOSED, classified("minor"), holds("linus", "tester"))
    own.when(ReleaseRole(assignment=event_id(3))).then(RoleReleased(assignment=event_id(3)))
    others = given(PROPOSED, classified("minor"), by("grace")(holds("linus", "tester")))
    others.when(ReleaseRole(assignment=event_id(3))).then_rejected("only .* may grant or end the role tester")


def test_that_ended_does_not_end_again(given: GivenPast) -> None:
    past = given(PROPOSED, holds("linus", "tester"), RoleReleased(assignment=event_id(2)))
    past.when(ReleaseRole(assignment=event_id(2))).then_nothing()


def test_that_ended_by_itself_neither_ends_nor_holds_again(given: GivenPast) -> None:
    until = START + timedelta(hours=5)
    brief = RoleAssigned(person="linus", role="tester", until=until)
    past = given(PROPOSED, brief)
    past.when(ReleaseRole(assignment=event_id(2)), by="linus", at=until).then_nothing()
    released_late = given(PROPOSED, brief, by("linus", at=LATER)(RoleReleased(assignment=event_id(2)))).project()
    assert not released_late.team.holders("tester", until)


def test_that_nobody_gave_can_not_end(given: GivenPast) -> None:
    given(PROPOSED).when(ReleaseRole(assignment=event_id(7))).then_rejected(
        "assignment: this project has no assignment 00000000-0000-7000-8000-000000000007"
    )


def test_asks_for_a_project_that_is_not_over(given: GivenPast) -> None:
    given().when(TESTER).then_rejected("propose it first")
    given(PROPOSED, CANCELLED).when(TESTER).then_rejected("final")
    given(PROPOSED, CANCELLED).when(ReleaseRole(assignment=event_id(2))).then_rejected("final")


def test_signs_where_a_gate_of_the_column_requires_it_or_is_decided_by_it(policy: Policy) -> None:
    rules = (
        GateRule(gate="rfc", column="minor", required=("team:*", "customer|requester"), decided_by=("cab",)),
        GateRule(gate="rfc", column="major", required=("stakeholder:*", "architect?"), decided_by=("executive",)),
    )
    small = policy.model_copy(update={"gates": rules, "team_roles": ("developer",)})
    assert signing_roles(small, "minor") == {"developer", "customer", "requester", "cab"}
    assert signing_roles(small, "major") == {"stakeholder", "architect", "executive"}
    assert signing_roles(small, "standard") == frozenset()


def test_is_given_again_to_speak_for_another_party(given: GivenPast) -> None:
    past = given(PROPOSED, MANAGER, RoleAssigned(person="lea", role="stakeholder", party="legal"))
    again = AssignRole(person="lea", role="stakeholder", party="legal")
    past.when(again, by="grace").then_nothing()
    [told] = past.when(again.model_copy(update={"party": "press"}), by="grace").follows()
    assert isinstance(told, RoleAssigned)
    assert (told.person, told.party) == ("lea", "press")
