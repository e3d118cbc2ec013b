"""A read model."""

from functools import cache
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.event import Recorded
from milepost.policies import default_policy
from projections import projections
from projections.audit_trail import audit_trail
from projections.gates import effectiveness as of_gates
from projections.phases import effectiveness as of_phases
from projections.projection import GROUPS, By, Projection, Rows, chosen
from projections.projects import counted
from tests.projections.following import followed
from tests.projections.histories import eventful, imported, short_ways, signed_early


@cache
def histories() -> list[list[Recorded]]:
    """As the short ways leave them, eventful, signed too early, and the same imported."""
    told = [eventful(), signed_early(), *short_ways(default_policy())]
    return [*told, *(imported(history, "at-latest") for history in told)]


def test_is_found_by_its_file() -> None:
    assert [projection.name for projection in projections()] == ["audit_trail", "gates", "phases", "projects"]


@pytest.mark.parametrize("projection", projections(), ids=lambda projection: projection.name)
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_is_the_same_however_it_is_cut_into_batches(projection: Projection, data: st.DataObject) -> None:
    history = data.draw(st.sampled_from(histories()))
    cuts = data.draw(st.sets(st.integers(1, len(history))))
    assert followed(projection, history, cuts) == followed(projection, history)


@pytest.mark.parametrize("projection", projections(), ids=lambda projection: projection.name)
def test_is_the_same_one_by_one_as_all_at_once(projection: Projection) -> None:
    for history in histories():
        assert followed(projection, history, range(100)) == followed(projection, history)


@pytest.mark.parametrize("projection", projections(), ids=lambda projection: projection.name)
def test_has_all_its_columns_and_no_others_in_every_row(projection: Projection) -> None:
    rows = [row for history in histories() for row in followed(projection, history).values()]
    assert rows
    assert all(row.keys() == {*projection.columns, "version"} for row in rows)


def test_knows_what_changed_since_it_was_written() -> None:
    rows = Rows(audit_trail)
    for recorded in eventful()[:2]:
        rows.version = recorded.version
        audit_trail.fold(rows, recorded)
    assert list(rows.changed) == [(1,), (2,)]
    rows.written(forget=True)
    assert (list(rows.changed), list(rows.items())) == ([], [])


def test_covers_the_streams_of_its_categories() -> None:
    covering = {projection.name: projection.covers("policy-default") for projection in projections()}
    assert covering == {"audit_trail": True, "gates": False, "phases": False, "projects": False}
    assert all(projection.covers("project-p") for projection in projections())


def test_names_what_is_no_attribute_of_a_cohort() -> None:
    with pytest.raises(TypeError, match="no attribute of a cohort: colour; there are project_kind"):
        chosen(colour="red")


def test_can_be_told_apart_by_every_attribute() -> None:
    assert set(GROUPS) == set(get_args(By))


def test_has_figures_that_can_all_be_opened() -> None:
    for figures in (of_gates, of_phases, counted):
        for number in figures.numbers:
            tests: dict[str, str] = {**figures.counted}
            assert tests[figures.figure(number)] in figures.opened(number, "category", "major").sql
        with pytest.raises(KeyError):
            figures.opened("beauty", "category", "major")
