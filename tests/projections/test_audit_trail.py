"""The audit trail."""

from domain.envision.risks import RiskAssessed
from domain.event import Event
from domain.lifecycle import Gate
from domain.planning.plans import PlanBaselined
from domain.values import Sealed
from projections.audit_trail import audit_trail, evidence
from projections.projection import Row, Rows, Unread
from tests.conftest import START, by, history
from tests.domain.openings import DOCUMENT, PROPOSED
from tests.projections.following import followed, rows_after
from tests.projections.histories import NONE, decided, eventful, imported, refused, result

RISK = RiskAssessed(risk="flood", statement="the river rises", reason="it rained")


def trail_of(*events: Event) -> list[Row]:
    return list(rows_after(audit_trail, *events).values())


def test_has_a_row_for_every_event() -> None:
    assert [row["version"] for row in followed(audit_trail, eventful()).values()] == list(range(1, len(eventful()) + 1))


def test_says_who_in_which_role_when_what_why_under_which_policy() -> None:
    [row] = rows_after(audit_trail, by("grace", role="tester")(RISK)).values()
    assert (row["who"], row["role"], row["auth"], row["policy"]) == ("grace", "tester", "unauthenticated", "default/1")
    assert row["reason"] == "it rained"
    assert row["time"] == row["recorded_at"] > START
    assert (row["position"], row["kind"], row["event"]) == (101, "risk.assessed/1", history(RISK)[0].id)


def test_keeps_both_times() -> None:
    [row] = followed(audit_trail, imported(history(PROPOSED), "inferred")).values()
    assert row["time"] < row["recorded_at"]
    assert (row["time_quality"], row["origin"]) == ("inferred", "import:kep")


def test_counts_what_was_met_and_names_what_was_not() -> None:
    results = (result("risks-assessed", "met"), result("goal-linked", "unmet"), result("a", "not-applicable"))
    row = trail_of(refused("r", Gate.ENVISIONED, results=results))[0]
    assert row["results"] == {"met": 1, "unmet": ["goal-linked"]}


def test_tells_a_warning_from_what_keeps_a_gate_shut() -> None:
    row = trail_of(decided("r", Gate.ENVISIONED, results=(result("a", "unmet", severity="warn"),)))[0]
    assert row["results"] == {"met": 0, "warned": ["a"]}


def test_names_the_digests_that_an_event_binds() -> None:
    checked = result("a", "met").model_copy(update={"rests_on_digest": f"sha256:{'1' * 64}"})
    assert evidence(history(decided("r", Gate.ENVISIONED, results=(checked,)))[0].data) == [NONE]
    plan = PlanBaselined(version=1, document=DOCUMENT, subplans=())
    assert trail_of(plan)[0]["evidence"] == [DOCUMENT.digest]
    assert trail_of(RISK)[0]["evidence"] is None


def test_a_sealed_reason_stays_sealed() -> None:
    [row] = trail_of(RiskAssessed(risk="flood", statement="the river rises", reason=Sealed(sealed="k", box="AAAA")))
    assert row["reason"] == "[sealed]"


def test_an_unreadable_event_has_a_row_with_the_reason() -> None:
    rows = Rows(audit_trail)
    rows.version, rows.position = 7, 70
    unread = audit_trail.unread
    assert unread
    unread(rows, Unread("project-p", 7, "risk.assessed/1", "data.risk: Field required"))
    row = rows[(7,)]
    assert (row["position"], row["unreadable"]) == (70, "data.risk: Field required")
