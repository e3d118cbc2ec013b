"""Events, their kinds, and what is known of their happening."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from domain import event as events
from domain.codec import decode
from domain.envision.risks import NoRisksRecorded, RiskAssessed
from domain.event import Event, catalogue, kind_named, kind_of, only, type_of
from domain.lifecycle import Phase, SupportingFunction
from domain.values import Text
from tests.conftest import START, history
from tests.domain.reviews.small import RISK


@pytest.fixture
def throwaway(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue in which kinds may be made up."""
    monkeypatch.setattr(events, "_catalogue", dict(catalogue()))


@pytest.mark.usefixtures("throwaway")
def test_has_a_kind_that_outlives_its_class() -> None:
    class Dreamt(Event, kind="project.dreamt/1", function=SupportingFunction.REVIEW):
        """Somebody dreamt."""

    assert (Dreamt.kind, Dreamt.cloudevents_type()) == ("project.dreamt/1", "milepost.project.dreamt.v1")
    known = kind_named("project.dreamt/1")
    assert known
    assert (known.event, known.upcast) == (Dreamt, None)


def test_shares_its_kind_with_no_other() -> None:
    with pytest.raises(TypeError, match=r"two events are called 'risk\.assessed/1'"):
        type("Another", (Event,), {}, kind="risk.assessed/1")


@pytest.mark.usefixtures("throwaway")
def test_event_must_declare_its_function() -> None:
    with pytest.raises(TypeError, match=r"project\.dreamt/1 declares no function: add function="):
        type("Dreamt", (Event,), {}, kind="project.dreamt/1")
    assert kind_named("project.dreamt/1") is None


@pytest.mark.usefixtures("throwaway")
def test_event_inherits_the_function_of_its_base_class() -> None:
    class Common(Event, function=Phase.BUILD):
        """What both kinds have in common."""

    class Welded(Common, kind="project.welded/1"):
        """Something was welded."""

    class Shipped(Common, kind="project.shipped/1", function=Phase.DEPLOY):
        """Something was shipped."""

    assert (Welded.function, Shipped.function) == (Phase.BUILD, Phase.DEPLOY)


def test_has_no_kind_where_it_is_only_what_others_have_in_common() -> None:
    class Common(Event):
        """Nothing of its own."""

    assert Common.kind == ""
    assert kind_named("") is None


@pytest.mark.usefixtures("throwaway")
def test_reads_what_an_older_release_wrote_as_the_newest_version() -> None:
    [recorded] = history(NoRisksRecorded(reason="a lake"), stream="project-p")

    class Dreamt(
        Event,
        kind="project.dreamt/2",
        function=SupportingFunction.REVIEW,
        upcasts={"project.dreamt/1": lambda old: {"of": old["reason"]}},
    ):
        """Somebody dreamt of something."""

        of: Text

    whole = orjson.loads(recorded.data) | {"type": "milepost.project.dreamt.v1"}
    assert decode(orjson.dumps(whole)).event == Dreamt(of="a lake")


def test_names_its_kind_as_a_type_and_back() -> None:
    assert type_of("project.plan-approved/1") == "milepost.project.plan-approved.v1"
    assert kind_of("milepost.project.plan-approved.v12") == "project.plan-approved/12"


def test_is_kept_with_its_place_its_leaf_and_its_times() -> None:
    [recorded] = history(RISK, stream="project-kep-1-2")
    assert recorded.key == "kep-1-2"
    assert recorded.leaf == hashlib.sha256(b"\0" + recorded.data).digest()
    later = replace(recorded, time=START - timedelta(days=3))
    assert later.measured_at == recorded.recorded_at
    assert replace(later, origin="import:k").measured_at == later.time


def test_is_looked_into_where_it_is_of_a_kind() -> None:
    [recorded] = history(RISK)
    assert only(RiskAssessed, recorded) is recorded
    assert only(NoRisksRecorded, recorded) is None
