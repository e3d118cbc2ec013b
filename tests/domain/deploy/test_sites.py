"""A site."""

from datetime import date

import pytest

from domain.deploy.sites import DeploymentSignedOff, NoSitesDeclared, SitePlanned, no_sites, sites
from domain.reviews.fact_reports import report
from tests.domain.deploy.past import STARTED
from tests.domain.openings import PROPOSED, GivenPast

LIMA = SitePlanned(site="lima", owner="luz", planned=date(2026, 3, 2))
ROME = SitePlanned(site="rome")
LEFT = SitePlanned(site="rome", state="excluded", agreed_by="carol", reason="closes in May")
NONE = NoSitesDeclared(reason="it runs in one data centre")
SIGNED = DeploymentSignedOff(target="lima", owner="luz")


def test_is_planned(given: GivenPast) -> None:
    given(PROPOSED).when(report(LIMA)).then(LIMA)


def test_planned_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, LIMA).when(report(LIMA)).then_nothing()


def test_is_not_called_like_the_core(given: GivenPast) -> None:
    given(PROPOSED).when(report(SitePlanned(site="core"))).then_rejected(
        "site: the id core is reserved for the core components; use another id"
    )


def test_is_left_out_by_agreement(given: GivenPast) -> None:
    given(PROPOSED, ROME).when(report(LEFT)).then(LEFT)


@pytest.mark.parametrize("missing", ["agreed_by", "reason"])
def test_is_not_left_out_without_agreement_and_reason(given: GivenPast, missing: str) -> None:
    given(PROPOSED).when(report(LEFT.model_copy(update={missing: None}))).then_rejected(
        "agreed_by: to exclude site rome, give the person who agreed .agreed_by. and a reason"
    )


def test_is_none_at_all_with_a_reason(given: GivenPast) -> None:
    given(PROPOSED).when(report(NONE)).then(NONE)
    given(PROPOSED, NONE).when(report(NONE)).then_nothing()
    given(PROPOSED).when(report(NoSitesDeclared())).then_rejected("needs a reason")


def test_is_none_at_all_until_one_is_planned(given: GivenPast) -> None:
    assert no_sites(given(PROPOSED).project()) is None
    assert no_sites(given(PROPOSED, NONE, LIMA).project()) is None
    for past in ([NONE], [LIMA, NONE]):
        declared = no_sites(given(PROPOSED, *past).project())
        assert declared
        assert declared.event == NONE


def test_is_signed_off(given: GivenPast) -> None:
    given(PROPOSED, LIMA).when(report(SIGNED)).then(SIGNED)


def test_signed_off_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, LIMA, SIGNED).when(report(SIGNED)).then_nothing()


def test_is_signed_off_where_it_was_planned_or_deployed_to(given: GivenPast) -> None:
    core = DeploymentSignedOff(target="core", owner="olga", attempt="a1")
    given(PROPOSED, STARTED).when(report(core)).then(core)
    given(PROPOSED).when(report(SIGNED)).then_rejected(
        "target: lima is not a planned or deployed site; plan it first .plan-site."
    )
    unplanned = STARTED.model_copy(update={"target": "lima"})
    given(PROPOSED, unplanned).when(report(SIGNED)).then(SIGNED)


def test_is_signed_off_for_an_attempt_that_there_was(given: GivenPast) -> None:
    given(PROPOSED, LIMA).when(report(SIGNED.model_copy(update={"attempt": "a7"}))).then_rejected(
        "attempt: deployment attempt a7 is not started; record its start first .start-deployment."
    )


def test_is_open_until_it_is_signed_off_or_left_out(given: GivenPast) -> None:
    project = given(PROPOSED, LIMA, ROME, SitePlanned(site="oslo"), SIGNED, LEFT).project()
    assert {site.planned.event.site: site.open for site in sites(project)} == {
        "lima": False,
        "rome": False,
        "oslo": True,
    }
