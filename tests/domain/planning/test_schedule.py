"""A schedule."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.lifecycle import Gate
from domain.planning.schedule import MilestoneDue, ScheduleBaselined, WorkPackagePlanned, packages_of
from domain.reviews.fact_reports import report
from domain.values import Money
from tests.domain.openings import PROPOSED, GivenPast

IN_MAY = MilestoneDue(gate=Gate.DEPLOYED, day=date(2026, 5, 1))
FIRST = ScheduleBaselined(version=1, milestones=(IN_MAY,))
CODING = WorkPackagePlanned(
    package="coding",
    schedule=1,
    start=date(2026, 2, 1),
    finish=date(2026, 3, 1),
    planned_value=Money(amount="9000", currency="EUR"),
)
LONGER = CODING.model_copy(update={"schedule": 2, "finish": date(2026, 4, 1)})


def test_is_baselined(given: GivenPast) -> None:
    given(PROPOSED).when(report(FIRST)).then(FIRST)


def test_baselined_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, FIRST).when(report(FIRST)).then_nothing()


def test_that_changes_takes_a_new_version(given: GivenPast) -> None:
    given(PROPOSED, FIRST).when(report(FIRST.model_copy(update={"milestones": ()}))).then_rejected("as version 2")


def test_gives_each_gate_one_day(given: GivenPast) -> None:
    twice = FIRST.model_copy(update={"milestones": (IN_MAY, IN_MAY)})
    given(PROPOSED).when(report(twice)).then_rejected(
        "milestones: a gate is listed more than once; give each gate one date"
    )


def test_has_packages_planned_for_it(given: GivenPast) -> None:
    given(PROPOSED).when(report(CODING)).then(CODING)


def test_has_packages_that_say_nothing_new_when_told_again(given: GivenPast) -> None:
    given(PROPOSED, CODING, FIRST).when(report(CODING)).then_nothing()


def test_has_packages_that_never_end_before_they_start(given: GivenPast) -> None:
    backwards = CODING.model_copy(update={"finish": date(2026, 1, 1)})
    given(PROPOSED).when(report(backwards)).then_rejected(
        "finish: the finish is earlier than the start; give a later day"
    )
    one_day = CODING.model_copy(update={"finish": CODING.start})
    given(PROPOSED).when(report(one_day)).then(one_day)


def test_that_is_baselined_takes_no_more_packages(given: GivenPast) -> None:
    late = CODING.model_copy(update={"package": "testing"})
    given(PROPOSED, CODING, FIRST).when(report(late)).then_rejected(
        "schedule: version 1 is already baselined and can't be changed"
    )
    given(PROPOSED, CODING, FIRST).when(report(LONGER)).then(LONGER)


def test_drops_only_a_package_that_it_had(given: GivenPast) -> None:
    dropped = LONGER.model_copy(update={"dropped": True})
    given(PROPOSED).when(report(dropped)).then_rejected(
        "package: work package coding is not planned, so it can't be dropped"
    )
    given(PROPOSED, CODING, FIRST).when(report(dropped)).then(dropped)


def test_keeps_the_packages_of_the_version_before(given: GivenPast) -> None:
    testing = CODING.model_copy(update={"package": "testing"})
    project = given(PROPOSED, CODING, testing, FIRST, LONGER).project()
    assert {name: known.event for name, known in packages_of(project, 1).items()} == {
        "coding": CODING,
        "testing": testing,
    }
    assert packages_of(project, 2)["coding"].event == LONGER
    dropped = given(PROPOSED, CODING, testing, FIRST, LONGER.model_copy(update={"dropped": True})).project()
    assert (list(packages_of(dropped, 1)), list(packages_of(dropped, 2))) == (["coding", "testing"], ["testing"])


def test_may_aim_at_a_release_whose_day_is_not_fixed_yet() -> None:
    assert MilestoneDue(gate=Gate.DEPLOYED, release="v1.40").day is None
    with pytest.raises(ValidationError, match="deployed: give the due day or the planned release"):
        MilestoneDue(gate=Gate.DEPLOYED)
