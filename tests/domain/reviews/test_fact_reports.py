"""Reporting facts."""

from datetime import timedelta
from typing import Any

import pytest

from domain.build.costs import CostRecorded
from domain.deploy.benefits import BenefitMeasured
from domain.deploy.deployments import DeploymentStarted
from domain.deploy.incidents import IncidentReported
from domain.deploy.ownership import OwnershipTransferred
from domain.envision.risks import NoRisksRecorded, RiskAssessed
from domain.lifecycle import Act
from domain.policy.policy import Times
from domain.portfolio.pauses import ProjectHeld
from domain.reviews.breaches import BreachRecorded
from domain.reviews.corrections import CorrectFact
from domain.reviews.fact_reports import report, reports
from domain.state.project import ProjectFact
from domain.values import Money
from tests.conftest import START
from tests.domain.openings import CANCELLED
from tests.domain.reviews.small import RISK, begun, called, decide, policy_of, rule

POLICY = policy_of(Times(column="significant", late_fact_days=1))
COST = CostRecorded(period="2026-01", amount=Money(amount="5", currency="EUR"), type="labour")


def test_is_possible_for_every_fact_by_a_command_with_its_fields() -> None:
    assert reports()["assess-risk"].fact is RiskAssessed
    for name, made in reports().items():
        assert set(made.fact.model_fields) | {"occurred_at"} == set(made.model_fields), name
        assert made.__doc__ == made.fact.__doc__


def test_records_what_is_told() -> None:
    story = begun(POLICY)
    assert story.do(report(RISK), by="ada") == ["risk.assessed/1"]
    assert (story.events[-1].event, story.events[-1].time_quality) == (RISK, "exact")


def test_stays_quiet_where_that_is_the_last_word() -> None:
    story = begun(POLICY, RISK)
    assert story.do(report(RISK), by="linus") == []
    other = RISK.model_copy(update={"statement": "it snows"})
    assert story.do(report(other), by="linus") == ["risk.assessed/1"]
    assert story.do(report(RISK), by="linus") == ["risk.assessed/1"]


def test_records_a_cost_each_time_that_it_is_booked() -> None:
    story = begun(POLICY, COST)
    assert story.do(report(COST), by="ada") == ["cost.recorded/1"]


@pytest.mark.parametrize("looked", [RISK, NoRisksRecorded(reason="we searched")])
def test_records_that_an_unchanged_risk_was_looked_at_again_after_a_gate(looked: ProjectFact) -> None:
    story = called(begun(POLICY, looked))
    assert story.do(report(looked), by="ada") == []
    decide(story)
    assert story.do(report(looked), by="ada") == [looked.kind]
    assert story.do(report(looked), by="ada") == []


def test_is_about_a_project_that_is_there_and_makes_sense() -> None:
    nothing = begun(POLICY, past=(RISK,))
    nothing.rejected(
        report(RISK), by="ada", because="there is no project with this key; propose it first .propose-project."
    )
    closed = RISK.model_copy(update={"risk": "r9", "state": "avoided"})
    begun(POLICY).rejected(
        report(closed),
        by="ada",
        because="risk: risk r9 can't be avoided before it is assessed; assess it first .assess-risk.",
    )


def test_goes_on_in_a_project_that_is_held() -> None:
    assert begun(POLICY, ProjectHeld(cause="risk")).do(report(RISK), by="ada") == ["risk.assessed/1"]


def test_goes_on_after_the_end_for_incidents_benefits_costs_and_corrections_alone() -> None:
    incident = IncidentReported(incident="i1", service="pay", severity="major", detected_at=START)
    benefit = BenefitMeasured(criterion="c1", value="3", measured_on=START.date())
    story = begun(POLICY, RISK, CANCELLED)
    for fact in (incident, benefit, COST):
        assert story.do(report(fact), by="ada") == [fact.kind]
    assert story.do(CorrectFact(version=6, retracts=True, reason="never"), by="ada") == ["fact.corrected/1"]
    story.rejected(report(NoRisksRecorded(reason="over")), by="ada", because="only incidents, benefits, costs")


def test_says_when_it_happened() -> None:
    story = begun(POLICY)
    told = START + timedelta(hours=2)
    story.do(report(RISK, occurred_at=told), by="ada")
    assert (story.events[-1].time, story.events[-1].time_quality) == (told, "reported")
    assert story.events[-1].recorded_at > told


def test_asks_for_a_reason_where_it_is_told_late_and_never_takes_the_future() -> None:
    story = begun(POLICY)
    story.rejected(report(RISK, occurred_at=START + timedelta(days=9)), by="ada", because="is in the future")
    old = START - timedelta(days=2)
    story.rejected(
        report(RISK, occurred_at=old), by="ada", because="reason: this is recorded more than 1 days after it occurred"
    )
    late = RISK.model_copy(update={"reason": "I was ill"})
    assert story.do(report(late, occurred_at=old), by="ada") == ["risk.assessed/1"]


def test_never_refuses_a_fact_but_records_the_rule_that_it_broke() -> None:
    story = begun(policy_of(rule("rfc-approved", Act.DEPLOYMENT)))
    started = DeploymentStarted(attempt="d1", candidate_digest="sha256:" + "b" * 64)
    assert story.do(report(started), by="ada") == ["deployment.started/1", "breach.recorded/1"]
    told = story.last(BreachRecorded)
    assert (told.act, told.version, told.cause) == ("deployment", 6, "reported-after-the-fact")
    assert [result.control for result in told.results] == ["rfc-approved"]
    assert story.project.gates.breaches == 1


def test_records_no_breach_where_the_rule_is_kept_or_only_warns() -> None:
    started = DeploymentStarted(attempt="d1", candidate_digest="sha256:" + "b" * 64)
    for policy in (policy_of(), policy_of(rule("rfc-approved", Act.DEPLOYMENT, severity="warn"))):
        assert begun(policy).do(report(started), by="ada") == ["deployment.started/1"]


def test_gives_the_command_that_tells_a_fact() -> None:
    told: Any = report(RISK)
    assert (told.called, told.told) == ("assess-risk", RISK)


def test_of_what_another_has_told_in_the_same_words_is_news_where_their_own_word_counts() -> None:
    taken = OwnershipTransferred(to_unit="operations", accepted_by="olga")
    story = begun(POLICY)
    for who, kinds in (("paul", [taken.kind]), ("paul", []), ("olga", [taken.kind]), ("paul", []), ("olga", [])):
        assert story.do(report(taken), by=who) == kinds
    for who, kinds in (("paul", [RISK.kind]), ("olga", [])):
        assert story.do(report(RISK), by=who) == kinds
