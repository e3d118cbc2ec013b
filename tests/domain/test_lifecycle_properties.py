"""What holds of every life: of random ones, and of every command in every phase, under the default policy."""

from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.codec import decode
from domain.command import Command, CommandContext, Refused, Rejected
from domain.command_execution import CommandExecution
from domain.commands import commands
from domain.controls.evaluation import Result
from domain.event import Event
from domain.lifecycle import GATES, Gate
from domain.policy.rulebook import PolicyEvent
from domain.portfolio.classification import Answers
from domain.portfolio.pauses import CancelProject, HoldProject, ResumeProject
from domain.reviews.change_classification import ClassifyChange
from domain.reviews.decisions import DecideReview, ReviewDecided
from domain.reviews.emergency_change import ApproveEmergencyChange
from domain.reviews.fact_reports import Report, report
from domain.reviews.full_proposal import Granted, Propose
from domain.reviews.milestones import MilestoneReached
from domain.reviews.reversals import ReverseReview
from domain.reviews.review_call import CallReview, WithdrawReview
from domain.reviews.signoffs import GiveSignoff
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.test_runs import TestRunCompleted
from domain.state.project import ProjectEvent, fold
from milepost.policies import default_policy
from tests.conftest import event_id, rulebook_of
from tests.domain.examples import example_command
from tests.domain.lives import CANDIDATE, MAJOR, PHASES, RISK, SIGNIFICANT, SIXTEEN, Life, request
from tests.domain.story import STREAM, Story

POLICY = default_policy()
LITTLE = Answers(services=1, users=0, downtime=0, effort=1, money=0, experience=0, reversibility=0, data=0)
TEAM = (
    ("paul", "program-manager"),
    ("grace", "change-manager"),
    ("tess", "tester"),
    ("carol", "customer"),
    ("eve", "emergency-committee"),
    ("omar", "solution-manager"),  # from then on the requester staffs a significant change no longer
)
PEOPLE = ("ada", *(person for person, _ in TEAM))
FILLED = {name: example_command(command) for name, command in commands().items()}


def _begins(answers: Answers, urgent: bool) -> Story:
    story = Story(POLICY, rulebook_of(POLICY))
    team = tuple(Granted(person=person, role=role) for person, role in TEAM)
    proposal = Propose(
        title="Mail",
        project_kind="change",
        service="mail",
        customer="sales",
        answers=answers,
        priority="emergency" if urgent else "medium",
        harm="no mail" if urgent else None,
        team=team,
        rfc=request(Life(story, SIGNIFICANT, ())),
    )
    story.do(proposal, by="ada")
    return story


SPANS = [*((gate,) for gate in GATES), GATES[:3], GATES[3:5], GATES[1:3]]
MOVES: st.SearchStrategy[Command] = st.one_of(
    st.builds(CallReview, review=st.sampled_from(["r1", "r2", "r3"]), gates=st.sampled_from(SPANS)),
    st.builds(
        GiveSignoff,
        review=st.sampled_from(["r1", "r2", "r3"]),
        verdict=st.sampled_from(["go", "go", "go", "no-go", "abstain"]),
        reason=st.sampled_from([None, "so be it"]),
    ),
    st.builds(
        DecideReview,
        review=st.sampled_from(["r1", "r2", "r3"]),
        outcome=st.sampled_from(["approved", "approved", "returned-for-rework", "deferred"]),
        reason=st.just("so be it"),
    ),
    st.builds(ReverseReview, review=st.sampled_from(["r1", "r2", "r3"]), reason=st.just("wrong")),
    st.builds(WithdrawReview, review=st.sampled_from(["r1", "r2", "r3"])),
    st.builds(ClassifyChange, answers=st.sampled_from([LITTLE, SIGNIFICANT]), reason=st.just("looked again")),
    st.sampled_from(
        [
            HoldProject(cause="risk"),
            ResumeProject(),
            CancelProject(cause="no-value", disposal="none"),
            report(RISK),
            report(CandidateBuilt(candidate="c1", digest=CANDIDATE)),
            report(CandidateChosen(candidate="c1", digest=CANDIDATE)),
            report(TestRunCompleted(run="t1", type="acceptance", candidate="c1", planned=1, passed=1)),
        ]
    ),
    st.sampled_from(list(FILLED.values())),
)
Step = tuple[str, Command]


def _review(review: str, gates: tuple[Gate, ...]) -> list[Step]:
    """A whole review: called, signed by everyone who may, decided."""
    signs: list[Step] = [(who, GiveSignoff(review=review, reason="so be it")) for who in PEOPLE]
    decided: list[Step] = [(who, DecideReview(review=review, reason="so be it")) for who in ("omar", "grace")]
    return [("paul", CallReview(review=review, gates=gates)), *signs, *decided]


LIVES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(PEOPLE), MOVES).map(lambda step: [step]),
        st.builds(_review, st.sampled_from(["r1", "r2", "r3", "r4"]), st.sampled_from(SPANS)),
        st.just([("eve", ApproveEmergencyChange(reason="it burns"))]),
    ),
    max_size=15,
)


@settings(max_examples=150)
@given(answers=st.sampled_from([LITTLE, SIGNIFICANT]), urgent=st.booleans(), steps=LIVES)
def test_no_milestone_is_reached_while_a_blocking_control_is_unmet(
    answers: Answers, urgent: bool, steps: list[list[Step]]
) -> None:
    story = _begins(answers, urgent)
    for who, command in chain.from_iterable(steps):
        if command.belongs_to == "project":
            _tried(story, command, who)
    for recorded in story.events:
        assert not any(result.blocks for result in _granted_on(recorded.event)), recorded.event.kind
    _folds_whole(story)


def _granted_on(event: Event) -> tuple[Result, ...]:
    """The results that a gate was opened on."""
    if isinstance(event, MilestoneReached):
        return event.results
    return event.results if isinstance(event, ReviewDecided) and event.outcome.startswith("approved") else ()


def _tried(story: Story, command: Command, who: str) -> None:
    """Gives a command; given once more, unless it is meant to be told again, it changes nothing."""
    try:
        story.do(command, by=who)
    except (Rejected, Refused):
        return
    if isinstance(command, Report) and command.fact.repeatable:
        return
    try:
        again = story.do(command, by=who)
    except (Rejected, Refused):
        return
    assert again == [], f"{command.called} told again"


def _folds_whole(story: Story) -> None:
    """What was written folds to what was decided on, whether it is read back or not."""
    own = [recorded for recorded in story.events if recorded.stream == STREAM]
    folded = fold([decode(recorded.data) for recorded in own])
    assert (folded.digest, folded.version) == (story.project.digest, story.project.version)
    assert set(folded.gates.milestones) == set(story.project.gates.milestones)
    for upto in range(len(own)):
        assert fold(own[:upto]).version == upto


@pytest.fixture(scope="module")
def phases() -> dict[str, Story]:
    """One project as it stands before each gate, and after the last; and one that is nothing yet."""
    story = Story(POLICY, rulebook_of(POLICY))
    found = {"nothing": replace(story, events=[])}
    life = Life(story, MAJOR, SIXTEEN)
    for gate in Gate:
        PHASES[gate](life)
        found[gate] = replace(story, events=list(story.events))
        life.review(gate)
    found["over"] = story
    return found


@pytest.mark.parametrize("name", FILLED)
@pytest.mark.parametrize("phase", ["nothing", *GATES, "over"])
def test_every_command_in_every_phase_gives_events_or_a_sentence(
    phases: dict[str, Story], phase: str, name: str
) -> None:
    story, command = phases[phase], FILLED[name]
    stream = STREAM if command.belongs_to == "project" else f"policy-{story.policy.name}"
    rulebook = rulebook_of(POLICY)
    project = fold(recorded for recorded in story.events if recorded.stream == STREAM)
    project.stream = STREAM
    writing = CommandExecution(
        log="test",
        stream=stream,
        states={STREAM: project, f"policy-{story.policy.name}": rulebook},
        context=CommandContext("omar", story.now, story.policy, rulebook, "solution-manager"),
        command="c",
        correlation="c",
        tick=lambda: story.now,
        new_id=lambda moment: event_id(900_000 + len(writing.events)),
    )
    sentence = None
    try:
        writing.carry_out([command])
    except (Rejected, Refused) as refused:
        sentence = str(refused)
    assert sentence is None or len(sentence) > 10
    assert all(isinstance(recorded.event, ProjectEvent | PolicyEvent) for recorded in writing.events)
