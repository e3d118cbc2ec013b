"""What comes between in a simulated life: holds, cancellations, corrections, reversals, and rules that are waived."""

from collections.abc import Generator
from datetime import timedelta
from functools import partial

from domain.envision.team import AssignRole, ReleaseRole
from domain.lifecycle import Gate
from domain.portfolio.pauses import CancelCause, CancelProject, HoldCause, HoldProject, ResumeProject
from domain.reviews.corrections import CorrectFact, NewValue
from domain.reviews.policy_moves import MoveProjectPolicy
from domain.reviews.reversals import ConfirmReview, ReverseReview
from domain.reviews.waivers import DecideWaiver, RequestWaiver
from milepost.demo.simulation.build_phase import accepted, built
from milepost.demo.simulation.entry_phase import named_later
from milepost.demo.simulation.life import Answer, Life, Over, Step, Steps
from milepost.demo.simulation.office import DAY, WEEK
from milepost.demo.simulation.organisation import CREW
from milepost.demo.simulation.reviews import reviewed

WAITS: tuple[HoldCause, ...] = ("funding", "dependency", "priority", "risk")
ENDS: tuple[CancelCause, ...] = ("withdrawn", "no-value", "failed")


def interrupted(life: Life) -> Steps:
    """Some projects wait for something outside; some are given up."""
    if life.happens(0.07):
        held = HoldProject(cause=life.one_of(WAITS), expected_until=life.day(30), reason="others have to come first")
        yield life.act("program-manager", held, hours=DAY)
        resumed = ResumeProject(reason="it can go on")
        yield life.act("program-manager", resumed, hours=life.hours(4 * WEEK))
    if life.happens(0.06):
        yield from _replaced(life)
    if life.world.policy.version > life.policy.version and life.happens(0.2):
        yield from _moved(life)
    if life.happens(0.025):
        ended = CancelProject(
            cause=life.one_of(ENDS), disposal="the documents are kept", reason="it no longer pays to go on"
        )
        yield life.act("solution-manager", ended, hours=life.hours(WEEK))
        raise Over


def _replaced(life: Life) -> Steps:
    """The tester leaves, and another one comes."""
    assert life.staffed is not None, "whoever leaves had come"
    place = [role for role, _ in named_later(life)].index("tester")
    leaves = ReleaseRole(assignment=life.staffed().events[place].id, reason="leaves the house")
    follower = life.one_of([person for person in CREW if (person,) not in life.team.values()])
    comes = AssignRole(person=follower, role="tester", reason="takes over")
    yield life.act("solution-manager", leaves, comes, hours=life.hours(WEEK))
    life.team = {**life.team, "tester": (follower,)}


def _moved(life: Life) -> Steps:
    """A project that is under way is held to the newer rules from now on."""
    newer = life.world.policy
    role = life.policy.authorities_for("move-policy", life.column)[0]
    moved = MoveProjectPolicy(policy=newer.label, reason="what is asked for newly is worth having here as well")
    yield life.act(role, moved, hours=life.hours(DAY))
    life.policy = newer


def corrected(life: Life) -> Steps:
    """An estimate that the plan rested on is set right, and the decision is looked at again and stands."""
    if life.estimated is None or not life.happens(0.15):
        return
    wrong = life.estimated().events[0].version
    right = CorrectFact(
        version=wrong,
        fields=(NewValue(name="effort_hours", new='"240"'),),
        reason="the hours of the second team were left out",
    )
    yield life.act("developer", right, hours=DAY)
    stands = ConfirmReview(review=life.approvals[Gate.PLAN_APPROVED], reason="the reserve covers it")
    yield life.act("solution-manager", stands, hours=life.hours(2 * DAY))


def reversed_once(life: Life) -> Steps:
    """What was taken for complete turns out not to be: the decision is undone, and Build done again."""
    if not life.happens(0.06):
        return
    role = life.policy.authorities_for("reverse", life.column)[0]
    undone = ReverseReview(review=life.approvals[Gate.BUILD_COMPLETED], reason="the interfaces were never built")
    yield life.act(role, undone, hours=life.hours(WEEK))
    life.now = life.at(life.hours(2 * WEEK))
    yield built(life)
    yield from reviewed(life, Gate.BUILD_COMPLETED, needs=partial(accepted, life))


def waived(life: Life, control: str, gate: Gate) -> Steps:
    """Somebody with the authority lets a control pass unmet, who neither asked for it nor decides the gate."""
    asked = RequestWaiver(
        waiver=f"w-{control}",
        control=control,
        gate=gate,
        compensating_measure="two people watch it for the first week",
        until=life.now + timedelta(days=10),
        reason="it can't be had in time",
    )
    yield life.act("program-manager", asked, hours=2)
    role, person = yield from _who_waives(life)
    granted = DecideWaiver(waiver=asked.waiver, outcome="granted", reason="for this time")
    yield life.act(role, granted, who=person, hours=life.hours(4))


def _who_waives(life: Life) -> Generator[Step, Answer, tuple[str, str]]:
    """Where the decider alone had the authority, a deputy or a colleague uses it."""
    if life.column == "major":
        return "executive", life.who("executive")
    if life.column == "minor":
        colleague = AssignRole(person=life.team["change-manager"][1], role="change-manager")
        yield life.act("program-manager", colleague, hours=1)
        return "change-manager", colleague.person
    assert life.proposed is not None, "a waiver comes after the proposal"
    named = [written.id for written in life.proposed().events if written.kind.startswith("role.assigned/")]
    deputy = AssignRole(person=life.who("deputy"), role="solution-manager", deputy_for=named[-1])
    yield life.act("solution-manager", deputy, hours=1)
    return "solution-manager", deputy.person
