"""Carrying out commands."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.codec import TooLarge, decode
from domain.command import CommandContext, DecidedEvent, Rejected
from domain.command_execution import CommandExecution
from domain.envision.team import AssignRole
from domain.lifecycle import Gate
from domain.log_opened import Opening
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook
from domain.policy_changes.freezes import FreezeDeclared
from domain.policy_changes.standard_changes import StandardChangeRegistered
from domain.portfolio.classification import Answers, ChangeClassified
from domain.reviews.change_classification import ClassifyChange
from domain.reviews.fact_reports import report
from domain.reviews.signoffs import GiveSignoff
from domain.reviews.standard_change import StartStandardChange
from domain.state.project import Project, fold
from domain.values import Sealed
from tests.conftest import LOG, START, event_id, history
from tests.domain.openings import DOCUMENT, PROPOSED, classified, holds
from tests.domain.reviews.small import RISK, SIGNED, begun, called, decide, gate, policy_of, sign

NOTHING_AT_STAKE = Answers.model_validate(dict.fromkeys(Answers.model_fields, 0))
ASKED = START + timedelta(hours=8)


def _new_id(moment: datetime) -> str:
    return event_id(99)


def writing(story: Any, origin: str = "live", **more: Any) -> CommandExecution:
    told: dict[str, Any] = {
        "log": LOG,
        "stream": "project-p",
        "states": {"project-p": story.project, "policy-small": story.rulebook},
        "context": CommandContext("omar", ASKED, story.policy, story.rulebook, "solution-manager", origin=origin),
        "command": "c1",
        "correlation": "k1",
        "tick": lambda: START + timedelta(hours=9),
        "new_id": _new_id,
        "causation": event_id(1),
    }
    return CommandExecution(**{**told, **more})


def test_stamps_each_event_with_who_in_which_role_by_which_grant_when_and_under_which_policy() -> None:
    [recorded] = writing(begun(policy_of())).carry_out([report(RISK)])
    assert (recorded.who, recorded.role, recorded.assignment) == ("omar", "solution-manager", event_id(3))
    assert (recorded.stream, recorded.version, recorded.log) == ("project-p", 6, LOG)
    assert recorded.time == recorded.recorded_at == START + timedelta(hours=9)
    assert (recorded.command, recorded.correlation, recorded.causation) == ("c1", "k1", event_id(1))
    assert (recorded.policy, recorded.origin, recorded.auth) == ("small/1", "live", "unauthenticated")
    assert decode(recorded.data).event == RISK


def test_leaves_out_a_role_that_was_never_granted() -> None:
    story = begun(policy_of())
    claims = CommandContext("mallory", ASKED, story.policy, story.rulebook, "solution-manager")
    [recorded] = writing(story, context=claims).carry_out([report(RISK)])
    assert (recorded.role, recorded.assignment) == (None, None)


def test_stamps_a_role_that_the_command_needs_and_nobody_named() -> None:
    story = called(begun(policy_of(SIGNED)))
    story.do(GiveSignoff(review="r"), by="linus")
    signed = story.events[-1]
    assert (signed.who, signed.role, signed.assignment) == ("linus", "tester", event_id(5))
    sign(story, "grace")
    decide(story)
    assert [recorded.event.kind for recorded in story.events[-2:]] == ["review.decided/1", "project.envisioned/1"]
    assert {(recorded.role, recorded.assignment) for recorded in story.events[-2:]} == {
        ("solution-manager", event_id(3))
    }


def test_stamps_the_role_that_was_needed_where_another_is_held_and_named() -> None:
    story = called(begun(policy_of(SIGNED), holds("linus", "customer")))
    story.do(GiveSignoff(review="r", role="customer"), by="linus", role="tester")
    assert (story.events[-1].role, story.events[-1].assignment) == ("customer", event_id(6))


def test_stamps_the_role_of_the_decision_that_comes_with_the_last_sign_off() -> None:
    last = gate(Gate.ENVISIONED, "customer", "tester", mode="last-signoff")
    story = called(begun(policy_of(last), holds("linus", "solution-manager")))
    sign(story, "grace", "linus")
    told = [(recorded.event.kind, recorded.role) for recorded in story.events[-3:]]
    assert told == [
        ("signoff.given/1", "tester"),
        ("review.decided/1", "solution-manager"),
        ("project.envisioned/1", "solution-manager"),
    ]


def test_stamps_the_role_in_which_a_team_is_founded_and_a_change_classified(policy: Policy) -> None:
    past = (PROPOSED, holds("omar", "program-manager"), holds("grace", "change-manager"))
    story = begun(policy, past=past)
    story.do(AssignRole(person="linus", role="tester"), by="omar")
    story.do(ClassifyChange(answers=NOTHING_AT_STAKE), by="grace")
    assert [(told.event.kind, told.role) for told in story.events[-2:]] == [
        ("role.assigned/1", "program-manager"),
        ("change.classified/1", "change-manager"),
    ]


def test_forgets_the_role_that_the_command_before_it_needed() -> None:
    story = called(begun(policy_of(SIGNED)))
    story.do(GiveSignoff(review="r"), report(RISK), by="linus")
    assert [recorded.role for recorded in story.events[-2:]] == ["tester", None]


def test_stamps_what_a_project_tells_its_rulebook_with_the_role_in_the_project() -> None:
    story = begun(policy_of())
    claims = CommandContext("mallory", ASKED, story.policy, story.rulebook, "solution-manager")
    frozen = DecidedEvent(FreezeDeclared(freeze="f", since=START, until=START), "solution-manager")
    for one, stamped in (
        (writing(story), ("solution-manager", event_id(3))),
        (writing(story, context=claims), (None, None)),
    ):
        one.write(frozen)
        assert [(told.stream, told.role, told.assignment) for told in one.events] == [("policy-small", *stamped)]


def test_gives_events_of_other_origins_the_time_of_their_source() -> None:
    [recorded] = writing(begun(policy_of()), origin="simulated").carry_out([report(RISK)])
    assert (recorded.time, recorded.recorded_at) == (ASKED, START + timedelta(hours=9))


def test_decides_each_command_on_what_the_ones_before_it_have_written() -> None:
    story = begun(policy_of())
    both = writing(story).carry_out([report(RISK), report(RISK)])
    assert [recorded.version for recorded in both] == [6]
    assert story.project.version == 6


def test_raises_what_is_rejected_or_too_large() -> None:
    with pytest.raises(Rejected):
        writing(begun(policy_of(), past=(holds("omar", "cab"),))).carry_out([report(RISK)])
    box = Sealed(sealed="k", box="x" * 20_000)
    huge = RISK.model_copy(update={"statement": Sealed(sealed="k", box="é" * 20_000), "response": box, "reason": box})
    with pytest.raises(TooLarge):
        writing(begun(policy_of())).carry_out([report(huge)])


def test_rejects_what_could_not_be_read_again() -> None:
    unreadable = RISK.model_copy(update={"statement": "x" * 10_001})
    with pytest.raises(
        Rejected, match=r"the encoded risk\.assessed/1 can't be decoded to the same event: data\.statement"
    ):
        writing(begun(policy_of())).write(DecidedEvent(unreadable, None))


def test_writes_to_the_policys_stream_what_belongs_there() -> None:
    template = StandardChangeRegistered(
        template="t",
        template_version=1,
        service="web",
        steps=DOCUMENT,
        checks=("it answers",),
        proven_by=("p0",),
        valid_until=START + timedelta(days=9),
        uses=3,
        failure_rate=0,
        approved_by="cab",
    )
    story = begun(policy_of(), past=(holds("omar", "cab"),))
    story.project = Project(stream="project-p")
    [registered] = history(template, stream="policy-small")
    story.rulebook.apply(registered)
    written = writing(story).carry_out([StartStandardChange(template="t", customer="sales")])
    used = [recorded for recorded in written if recorded.stream == "policy-small"]
    assert [(recorded.event.kind, recorded.version, recorded.assignment) for recorded in used] == [
        ("standard-change.used/1", 2, None)
    ]


def test_refuses_events_in_a_stream_that_is_not_theirs() -> None:
    [project] = history(PROPOSED)
    with pytest.raises(TypeError, match="is no event of a policy's stream"):
        Rulebook().apply(project)
    with pytest.raises(TypeError, match="is no event of the log's own stream"):
        Opening().apply(project)
    [rules] = history(FreezeDeclared(freeze="f", since=START, until=START), stream="policy-small")
    with pytest.raises(TypeError, match="is no event of a project's stream"):
        Project().apply(rules)


def test_leaves_an_unclassified_project_to_the_strictest_column() -> None:
    assert fold(history(PROPOSED)).column == "major"
    urgent = ChangeClassified(category="minor", priority="emergency")
    assert fold(history(PROPOSED, urgent)).column == "emergency"
    assert fold(history(PROPOSED, classified("minor"))).column == "minor"
