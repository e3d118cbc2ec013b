"""An incident."""

from datetime import timedelta

from domain.deploy.incidents import IncidentReported, IncidentRestored, open_incidents
from domain.deploy.outages import Outage
from domain.reviews.fact_reports import report
from tests.conftest import START
from tests.domain.deploy.past import STARTED
from tests.domain.openings import PROPOSED, GivenPast

DOWN = IncidentReported(
    incident="i1",
    service="pay",
    severity="high",
    detected_at=START,
    started_at=START - timedelta(minutes=20),
    suspected_attempt="a1",
)
UP = IncidentRestored(
    incident="i1", how="restarted", outages=(Outage(since=START, until=START + timedelta(minutes=9)),)
)


def test_is_reported(given: GivenPast) -> None:
    given(PROPOSED, STARTED).when(report(DOWN)).then(DOWN)


def test_is_reported_without_a_suspicion(given: GivenPast) -> None:
    unknown = IncidentReported(incident="i2", service="pay", severity="low", detected_at=START)
    given(PROPOSED).when(report(unknown)).then(unknown)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, STARTED, DOWN).when(report(DOWN)).then_nothing()
    given(PROPOSED, STARTED, DOWN, UP).when(report(UP)).then_nothing()


def test_suspects_an_attempt_that_there_was(given: GivenPast) -> None:
    given(PROPOSED).when(report(DOWN)).then_rejected(
        "attempt: deployment attempt a1 is not started; record its start first .start-deployment."
    )


def test_is_not_detected_in_the_future(given: GivenPast) -> None:
    later = DOWN.model_copy(update={"detected_at": START + timedelta(days=9)})
    given(PROPOSED, STARTED).when(report(later)).then_rejected(
        "detected_at: the time is in the future; give the time of detection"
    )


def test_does_not_start_after_it_was_detected(given: GivenPast) -> None:
    turned = DOWN.model_copy(update={"started_at": START + timedelta(minutes=1)})
    given(PROPOSED, STARTED).when(report(turned)).then_rejected(
        "started_at: the start is later than detected_at; give an earlier time"
    )


def test_may_be_detected_as_it_starts_and_told_at_once(given: GivenPast) -> None:
    now = START + timedelta(days=1)
    sudden = IncidentReported(incident="i2", service="pay", severity="low", detected_at=now, started_at=now)
    given(PROPOSED).when(report(sudden), at=now).then(sudden)


def test_is_restored(given: GivenPast) -> None:
    given(PROPOSED, STARTED, DOWN).when(report(UP)).then(UP)


def test_that_nobody_reported_is_not_restored(given: GivenPast) -> None:
    given(PROPOSED).when(report(UP)).then_rejected(
        "incident: incident i1 is not reported; report it first .report-incident."
    )


def test_has_no_outage_that_ends_before_it_begins(given: GivenPast) -> None:
    turned = UP.model_copy(update={"outages": (Outage(since=START, until=START - timedelta(minutes=1)),)})
    given(PROPOSED, STARTED, DOWN).when(report(turned)).then_rejected(
        "outages: the outage ends before it begins; give a later end"
    )


def test_is_open_until_it_is_restored_and_again_once_it_is_back(given: GivenPast) -> None:
    second = IncidentReported(incident="i2", service="pay", severity="low", detected_at=START)
    worse = DOWN.model_copy(update={"severity": "critical"})

    def still_open(*past: object) -> list[str]:
        return [record.event.incident for record in open_incidents(given(PROPOSED, STARTED, *past).project())]

    assert still_open(DOWN, second) == ["i1", "i2"]
    assert still_open(DOWN, second, UP) == ["i2"]
    assert still_open(DOWN, second, UP, worse) == ["i2", "i1"]
