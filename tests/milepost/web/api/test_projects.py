"""What is told of projects over HTTP."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from milepost.reading.effectiveness import FIGURES
from tests.milepost.serving import Site

ROOT = Path(__file__).parents[4]


def risk(name: str) -> dict[str, str]:
    return {"risk": name, "statement": "the river rises"}


def without_moment(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "as_of"}


def test_says_which_position_and_moment_it_reflects(site: Site) -> None:
    key = site.proposed()
    found = site.client.get(f"/v1/projects/{key}")
    assert found.json()["as_of"].keys() == {"position", "moment"}
    assert found.headers["milepost-position"] == str(found.json()["as_of"]["position"]) == str(site.head)
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["etag"] == '"1"'


def test_is_not_sent_twice_to_who_has_it(site: Site) -> None:
    key = site.proposed()
    place = f"/v1/projects/{key}"
    tag = site.client.get(place).headers["etag"]
    for known in (tag, f'W/{tag}, "x"', "*", f'"x",, {tag}'):
        unchanged = site.client.get(place, headers={"If-None-Match": known})
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    site.tell(f"{key}/assess-risk", **risk("flood"))
    assert site.client.get(place, headers={"If-None-Match": tag}).status_code == 200


def test_that_is_unknown_is_a_problem(site: Site) -> None:
    for place in ("", "/why", "/events"):
        found = site.client.get(f"/v1/projects/no-such{place}")
        assert (found.status_code, found.json()["type"]) == (404, "/problems/unknown")


def test_as_of_a_version_is_what_it_was(site: Site) -> None:
    key = site.proposed()
    before = site.client.get(f"/v1/projects/{key}").json()
    site.tell(f"{key}/assess-risk", **risk("flood"))
    assert site.client.get(f"/v1/projects/{key}").json()["facts"]["risk.assessed/1"] == 1
    then = site.client.get(f"/v1/projects/{key}", params={"version": 1}).json()
    assert without_moment(then) == without_moment(before)


def test_as_known_at_a_moment_has_what_was_recorded_by_then(site: Site) -> None:
    key = site.proposed()
    known_at = site.client.get(f"/v1/projects/{key}").json()["as_of"]["moment"]
    site.tell(f"{key}/assess-risk", **risk("flood"), occurred_at="2026-01-01T00:00:00Z", reason="found in a drawer")
    then = site.client.get(f"/v1/projects/{key}", params={"known_at": known_at}).json()
    assert (then["version"], "risk.assessed/1" in then["facts"]) == (1, False)
    early = site.client.get(f"/v1/projects/{key}", params={"known_at": "2001-01-01T00:00:00Z"})
    assert (early.status_code, early.json()["detail"]) == (404, f"project {key} had not been proposed then")


def test_as_it_was_at_a_moment_has_what_had_happened_by_then(site: Site) -> None:
    key = site.proposed()
    site.tell(f"{key}/assess-risk", **risk("flood"))
    moment = site.service.clock().isoformat()
    late = site.tell(f"{key}/assess-risk", **risk("fire"))
    assert late.status_code == 200
    then = site.client.get(f"/v1/projects/{key}", params={"as_at": moment}).json()
    assert then["facts"]["risk.assessed/1"] == 1
    now = site.client.get(f"/v1/projects/{key}").json()
    assert now["facts"]["risk.assessed/1"] == 2


def test_is_asked_for_in_one_way_at_a_time(site: Site) -> None:
    key = site.proposed()
    found = site.client.get(f"/v1/projects/{key}", params={"version": 1, "as_at": "2026-01-01T00:00:00Z"})
    assert (found.status_code, found.json()["detail"]) == (422, "version and as_at: ask for one of them")


def test_events_are_the_stored_bytes(site: Site) -> None:
    key = site.proposed()
    site.tell(f"{key}/assess-risk", **risk("flood"))
    found = site.client.get(f"/v1/projects/{key}/events")
    assert found.headers["content-type"].startswith("application/jsonl")
    assert found.content == b"".join(one.data + b"\n" for one in site.service.log.stream(f"project-{key}"))


def test_trail_says_who_did_what_in_pages(site: Site) -> None:
    key = site.proposed()
    site.tell(f"{key}/assess-risk", "grace", **risk("flood"))
    rows = site.known(f"/v1/projects/{key}/trail")["trail"]
    assert [(row["version"], row["who"], row["kind"]) for row in rows] == [
        (1, "ada", "project.proposed/1"),
        (2, "grace", "risk.assessed/1"),
    ]
    assert [row["version"] for row in site.known(f"/v1/projects/{key}/trail", limit=1)["trail"]] == [1]
    assert [row["version"] for row in site.known(f"/v1/projects/{key}/trail", limit=1, after=1)["trail"]] == [2]


def test_gates_and_phases_are_told(site: Site) -> None:
    key = site.before_a_shut_gate()
    gates = {row["gate"]: row["outcome"] for row in site.known(f"/v1/projects/{key}/gates")["gates"]}
    assert gates["plan-approved"] == "approved"
    assert gates["build-completed"] == "open"
    phases = {row["phase"]: row["outcome"] for row in site.known(f"/v1/projects/{key}/phases")["phases"]}
    assert (phases["envision"], phases["build"]) == ("finished", "open")


def test_why_names_controls_people_and_commands(site: Site) -> None:
    key = site.before_a_shut_gate()
    why = site.client.get(f"/v1/projects/{key}/why").json()
    assert (why["gate"], why["review"]) == ("build-completed", "go")
    assert all(one["sentence"] and one["question"] and one["since"] for one in why["blocking"])
    assert any(one["who"]["people"] and one["commands"] for one in why["blocking"])
    later = site.client.get(f"/v1/projects/{key}/why", params={"gate": "deployed"}).json()
    assert later["gate"] == "deployed"


def test_why_is_the_same_on_the_command_line(site: Site) -> None:
    key = site.before_a_shut_gate()
    environment = {"PATH": "/usr/bin:/bin", "MILEPOST_DATABASE_URL": site.service.settings.database_url}
    command = [sys.executable, "-c", "from milepost.cli import main; main()", "why", key, "--json"]
    shown = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60)
    assert shown.returncode == 0, shown.stderr
    assert orjson.loads(shown.stdout) == without_moment(site.client.get(f"/v1/projects/{key}/why").json())


def test_decides_only_on_what_was_seen(site: Site) -> None:
    key = site.before_a_shut_gate()
    seen = site.client.get(f"/v1/projects/{key}/why").json()["seen"]
    site.tell(f"{key}/assess-risk", **risk("flood"))
    told = site.tell(f"{key}/decide-review", "grace", "change-manager", review="go", seen=seen)
    assert told.status_code == 409


@pytest.mark.parametrize("place", ["/v1/projects", "/v1/waiting", "/v1/due", "/v1/inbox", "/v1/trail"])
def test_lists_reflect_the_position_that_is_asked_for(site: Site, place: str) -> None:
    site.proposed()
    assert site.known(place)["as_of"]["position"] >= site.head


def test_list_is_paged_by_key_and_narrowed(site: Site) -> None:
    keys = {site.proposed() for _ in range(3)}
    site.known("/v1/projects")
    found: set[str] = set()
    after = "0"
    while after:
        listed = site.known("/v1/projects", limit=2, phase="envision", after=after)
        found |= {row["project"] for row in listed["projects"]}
        assert len(listed["projects"]) <= 2
        after = listed.get("next", "")
        assert not after or after == listed["projects"][-1]["project"]
    assert keys <= found
    assert site.known("/v1/projects", category="standard", discipline="no-such")["projects"] == []


def test_list_that_is_whole_has_no_next_cursor(site: Site) -> None:
    key = site.proposed()
    site.tell(f"{key}/assess-risk", **risk("flood"))
    assert site.known(f"/v1/projects/{key}/trail", limit=1)["next"] == "1"
    assert "next" not in site.known(f"/v1/projects/{key}/trail", limit=2)
    assert "next" not in site.known(f"/v1/projects/{key}/trail", limit=1, after=1)


def test_inbox_is_of_who_asks(site: Site) -> None:
    key = site.before_a_shut_gate()
    site.known("/v1/inbox")
    mine, others = (
        site.client.get("/v1/inbox", headers={"Milepost-Actor": who}).json()["inbox"] for who in ("grace", "eve")
    )
    assert (key, "build-completed", "decision") in {(row["project"], row["gate"], row["what"]) for row in mine}
    assert others == []
    waiting = site.known("/v1/waiting", role="change-manager")["waiting"]
    assert key in {row["project"] for row in waiting}


def test_trail_over_all_is_searched(site: Site) -> None:
    key = site.proposed("hopper")
    rows = site.known("/v1/trail", who="hopper", kind="project.proposed")["trail"]
    assert f"project-{key}" in {row["stream"] for row in rows}
    assert {row["who"] for row in rows} == {"hopper"}
    assert site.known("/v1/trail", who="hopper", until="2001-01-01T00:00:00Z")["trail"] == []


def test_figures_open_to_as_many_rows_as_they_count(site: Site) -> None:
    site.before_a_shut_gate()
    for of in FIGURES:
        opened = 0
        for row in site.known(f"/v1/effectiveness/{of}")["figures"]:
            for figure in FIGURES[of].counted:
                narrowed = {name: row[by] for name, by in (("at", "at"), ("group", "group_by")) if by in row}
                rows = site.client.get(f"/v1/effectiveness/{of}/{figure}", params=narrowed).json()["rows"]
                assert len(rows) == row[figure], (of, figure, row)
                opened += len(rows)
            assert {*FIGURES[of].numbers, "at", "group_by"} >= set(row), "each number has an address that opens it"
        assert opened
    assert site.client.get("/v1/effectiveness/gates/no-such").status_code == 404


@pytest.mark.parametrize(
    ("wait_for", "sentence"),
    [
        ("999999999", "the log ends at position "),
        ("project-no-such:1", "there is no stream project-no-such"),
        ("policy-default:999", "policy-default ends at version "),
    ],
)
def test_waiting_for_what_the_log_does_not_have_is_refused_at_once(
    site: Site, monkeypatch: pytest.MonkeyPatch, wait_for: str, sentence: str
) -> None:
    monkeypatch.setattr("milepost.web.api.wait_target.WAIT_SECONDS", 3_600.0)  # longer than the client waits
    found = site.client.get("/v1/projects", params={"wait_for": wait_for})
    assert (found.status_code, found.json()["type"]) == (422, "/problems/invalid")
    assert found.json()["detail"].startswith(f"wait_for: {sentence}")


def test_list_contains_the_version_that_it_waits_for(site: Site) -> None:
    key = site.proposed()
    for number in range(20):
        version = site.tell(f"{key}/assess-risk", **risk(f"flood-{number}")).json()["version"]
        trail = site.client.get(f"/v1/projects/{key}/trail", params={"wait_for": f"project-{key}:{version}"})
        assert trail.json()["trail"][-1]["version"] == version


def test_health_is_told(site: Site) -> None:
    assert site.client.get("/livez").json() == {"alive": True}
    site.known("/v1/projects")
    ready = site.client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"], ready.json()["position"]) == (200, True, site.head)
    assert ready.json()["read_models"]["parked"] == 0
