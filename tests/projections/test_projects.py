"""A project's row."""

from typing import Any

from domain.envision.risks import RiskAssessed
from domain.envision.team import RoleAssigned, RoleReleased
from domain.event import Event
from domain.lifecycle import Gate, Phase
from domain.policy.policy import Policy
from domain.portfolio.classification import Classification
from domain.portfolio.cohort import ProjectReassigned
from domain.portfolio.pauses import ProjectCancelled, ProjectHeld, ProjectResumed
from domain.portfolio.preapproval import ProjectPreapproved
from domain.reviews.breaches import BreachRecorded
from domain.reviews.conditions import ConditionClosed
from domain.reviews.corrections import FactCorrected, FieldCorrected
from domain.reviews.decisions import ConditionSet
from domain.reviews.milestones import PhaseReturned
from domain.reviews.reversals import ReviewReversed
from domain.reviews.waivers import WaiverDecided, WaiverRequested
from domain.state.project import fold
from projections.projection import Row
from projections.projects import projects
from tests.conftest import START, Act, by, event_id
from tests.domain.openings import PROPOSED, classified
from tests.projections.following import followed, rows_after
from tests.projections.histories import DUE, ENVISIONED, called, decided, eventful, result, short_ways

CLASSIFIED = classified("major")


def row_after(*acts: Event | Act) -> Row:
    [row] = rows_after(projects, PROPOSED, *acts).values()
    return row


def subset(row: Row, *names: str) -> list[Any]:
    return [row[name] for name in names]


def test_begins_with_the_proposal() -> None:
    row = row_after()
    assert subset(row, "project", "title", "service", "customer", "portfolio", "requester") == [
        "p", "Pay", "pay", "sales", "main", "ada"
    ]  # fmt: skip
    assert subset(row, "state", "phase", "next_gate", "policy") == ["active", "envision", "portfolio", "default/1"]


def test_keeps_the_category_that_was_lowered() -> None:
    was = Classification(category="major", priority="medium")
    lowered = CLASSIFIED.model_copy(update={"category": "minor", "previous": was})
    raised = CLASSIFIED.model_copy(update={"previous": Classification(category="minor", priority="medium")})
    assert row_after(CLASSIFIED)["lowered_from"] is None
    assert row_after(CLASSIFIED, lowered, raised)["lowered_from"] == "major"


def test_is_not_there_before_the_proposal() -> None:
    assert rows_after(projects, CLASSIFIED)[()]["project"] is None


def test_row_has_the_status_that_the_domain_computes(policy: Policy) -> None:
    for history in [eventful(), *short_ways(policy)]:
        for until in range(1, len(history) + 1):
            project, [row] = fold(history[:until]), followed(projects, history[:until]).values()
            last = project.gates.last()
            assert subset(row, "state", "phase", "last_gate", "next_gate") == list(project.status)
            assert row["last_gate_at"] == (last.at if last else None)
            assert subset(row, "category", "discipline", "held_since", "breaches", "version") == [
                project.entry.category,
                project.entry.discipline,
                project.entry.held_since,
                project.gates.breaches,
                project.version,
            ]


def test_counts_under_what_it_was_moved_to() -> None:
    moved = ProjectReassigned(attribute="service", previous="pay", new="shop")
    assert subset(row_after(CLASSIFIED, moved), "service", "category", "rigour") == ["shop", "major", "major"]


def test_is_an_emergency_by_its_priority() -> None:
    assert subset(row_after(classified("minor", "emergency")), "category", "rigour") == ["minor", "emergency"]


def test_is_held_since_the_first_hold() -> None:
    row = row_after(ProjectHeld(cause="funding"), ProjectHeld(cause="risk"))
    assert subset(row, "state", "held_since") == ["held", START.replace(hour=11)]
    assert row_after(ProjectHeld(cause="funding"), ProjectResumed())["state"] == "active"


def test_stays_cancelled() -> None:
    row = row_after(ProjectHeld(cause="funding"), ProjectCancelled(cause="no-value", disposal="archived"))
    assert subset(row, "state", "held_since", "cancelled_for") == ["cancelled", None, "no-value"]


def test_passes_the_portfolio_by_standing_approval() -> None:
    approved = ProjectPreapproved(
        template="t", template_version=1, standing_approval=event_id(1), limits_checked=("in date",)
    )
    assert subset(row_after(approved), "last_gate", "next_gate") == ["portfolio", "envisioned"]


def test_loses_what_a_return_takes_back() -> None:
    back = PhaseReturned(from_phase=Phase.PLANNING, to_phase=Phase.ENVISION, cause="finding")
    row = row_after(called("r", Gate.PORTFOLIO), decided("r", Gate.PORTFOLIO), ENVISIONED, back)
    assert [passed["gate"] for passed in row["milestones"]] == ["portfolio"]
    assert row["phase"] == "envision"


def test_loses_the_portfolio_by_a_reversal_of_its_own() -> None:
    gates = (Gate.PORTFOLIO, Gate.ENVISIONED)
    reversal = ReviewReversed(review="r", decision=event_id(3), gates_lost=gates, returns_to=Phase.ENVISION)
    row = row_after(called("r", Gate.PORTFOLIO), decided("r", Gate.PORTFOLIO), ENVISIONED, reversal)
    assert subset(row, "milestones", "last_gate", "last_gate_at") == [[], None, None]


def test_owes_until_a_decision_finds_it_met() -> None:
    deferred = decided("r", Gate.ENVISIONED, results=(result("plan-baselined", "deferred", due=DUE),))
    row = row_after(called("r", Gate.ENVISIONED), deferred)
    assert row["deferrals"] == [
        {"control": "plan-baselined", "gate": "envisioned", "due": "2026-02-04T09:00:00.000000Z"}
    ]
    for met in ("plan-baselined", "deferrals-met"):
        paid = decided("r", Gate.ENVISIONED, results=(result(met, "met"),))
        assert row_after(called("r", Gate.ENVISIONED), deferred, paid)["deferrals"] == []


def test_keeps_conditions_until_they_are_closed() -> None:
    condition = ConditionSet(id="c", text="say more", owner="ada", due=DUE, blocks_gate=Gate.DEPLOYED)
    approved = decided("r", Gate.ENVISIONED, outcome="approved-with-conditions", conditions=(condition,))
    [kept] = row_after(called("r", Gate.ENVISIONED), approved)["conditions"]
    assert (kept["condition"], kept["owner"], kept["gate"]) == ("c", "ada", "deployed")
    assert row_after(called("r", Gate.ENVISIONED), approved, ConditionClosed(condition="c"))["conditions"] == []


def test_sets_no_conditions_by_a_review_that_did_not_approve() -> None:
    late = decided("r", Gate.ENVISIONED, outcome="deferred", results=(result("plan-baselined", "deferred", due=DUE),))
    assert row_after(called("r", Gate.ENVISIONED), late)["deferrals"] == []


def test_shows_waivers_while_they_are_granted() -> None:
    asked = WaiverRequested(
        waiver="w", control="goal-linked", gate=Gate.ENVISIONED, compensating_measure="x", until=DUE
    )
    granted = WaiverDecided(waiver="w", outcome="granted", until=DUE, by_role="executive")
    revoked = WaiverDecided(waiver="w", outcome="revoked", by_role="executive")
    [waiver] = row_after(asked, by("eve")(granted))["waivers"]
    assert (waiver["control"], waiver["by"], waiver["as"]) == ("goal-linked", "eve", "executive")
    assert row_after(asked)["waivers"] == row_after(asked, granted, revoked)["waivers"] == []


def test_names_the_team_while_it_holds_its_roles() -> None:
    joined = RoleAssigned(person="grace", role="tester", until=DUE)
    [held] = row_after(joined)["team"]
    assert (held["person"], held["role"], held["until"]) == ("grace", "tester", "2026-02-04T09:00:00.000000Z")
    assert row_after(joined, RoleReleased(assignment=event_id(2)))["team"] == []


def test_names_for_whom_each_of_the_team_may_speak() -> None:
    for_sales = RoleAssigned(person="grace", role="stakeholder", party="sales")
    deputy = RoleAssigned(person="ada", role="stakeholder", deputy_for=event_id(2))
    team = row_after(for_sales, deputy)["team"]
    assert [held["speaks_for"] for held in team] == [["grace", "sales"], ["ada", "grace", "sales"]]


def test_counts_breaches() -> None:
    assert row_after(BreachRecorded(act="pilot", version=1, results=(), cause="observed-import"))["breaches"] == 1


def test_knows_when_anything_happened_last() -> None:
    row = row_after(RiskAssessed(risk="flood", statement="the river rises"))
    assert subset(row, "last_event_at", "version") == [START.replace(hour=11), 2]


def test_takes_over_what_is_set_right_in_the_proposal() -> None:
    fields = (FieldCorrected(name="title", new='"Pay later"'), FieldCorrected(name="service", new='"shop"'))
    other = FactCorrected(event=event_id(2), corrects=2, fields=(FieldCorrected(name="title", new='"no"'),))
    told = RiskAssessed(risk="flood", statement="the river rises")
    row = row_after(told, FactCorrected(event=event_id(1), corrects=1, fields=fields), other)
    assert subset(row, "title", "service") == ["Pay later", "shop"]
