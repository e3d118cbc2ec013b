"""Commands over HTTP."""

import pytest

from tests.milepost.serving import PROPOSAL, Site, a_key

RISK = {"risk": "flood", "statement": "the river rises"}


def test_say_what_they_wrote(site: Site) -> None:
    key = a_key()
    told = site.tell(f"{key}/propose-project", **PROPOSAL)
    assert told.status_code == 200
    body = told.json()
    assert body["version"] == 1
    assert [(event["kind"], event["stream"], event["version"]) for event in body["events"]] == [
        ("project.proposed/1", f"project-{key}", 1)
    ]
    assert told.headers["etag"] == '"1"'
    assert told.headers["milepost-position"] == str(body["position"]) == str(site.head)
    assert told.headers["idempotency-key"] == body["command"]


def test_fold_upper_case_in_keys(site: Site) -> None:
    key = site.proposed()
    assert site.tell(f"{key.upper()}/assess-risk", **RISK).json()["version"] == 2


def test_that_may_not_be_carried_out_are_a_conflict_that_says_why(site: Site) -> None:
    head = site.head
    told = site.tell(f"{a_key()}/assess-risk", **RISK)
    assert told.status_code == 409
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["type"] == "/problems/rejected"
    assert told.json()["detail"] == "there is no project with this key; propose it first (propose-project)"
    assert site.head == head


def test_that_a_gate_refuses_bring_the_results(site: Site) -> None:
    key = site.before_a_shut_gate()
    head = site.head
    told = site.tell(f"{key}/decide-review", "grace", "change-manager", review="go")
    assert (told.status_code, told.json()["type"]) == (409, "/problems/refused")
    shut = {result["control"] for result in told.json()["results"] if result["result"] == "unmet"}
    assert shut
    assert any(control in told.json()["detail"] for control in shut)
    assert (told.json()["events"], site.head) == ([], head), "the refusal repeats the one at the last sign-off"


def test_in_a_batch_are_carried_out_together(site: Site) -> None:
    key = site.proposed()
    batch = {"commands": [{"command": "assess-risk", **RISK}, {"command": "assess-risk", **RISK, "risk": "fire"}]}
    told = site.client.post(f"/v1/projects/{key}/commands", json=batch, headers={"Milepost-Actor": "ada"})
    assert told.status_code == 200
    assert [event["version"] for event in told.json()["events"]] == [2, 3]


def test_in_a_batch_are_all_or_nothing(site: Site) -> None:
    key, head = site.proposed(), site.head
    batch = {"commands": [{"command": "assess-risk", **RISK}, {"command": "propose-project", **PROPOSAL}]}
    told = site.client.post(f"/v1/projects/{key}/commands", json=batch, headers={"Milepost-Actor": "ada"})
    assert (told.status_code, site.head) == (409, head)


@pytest.mark.parametrize(
    ("batch", "place"),
    [
        (
            {"commands": [{"command": "assess-risk", **RISK}, {"command": "assess-risk", "risk": "x"}]},
            "commands.1.stat",
        ),
        ({"commands": [{"command": "assess-risk", **RISK, "actor": "eve"}]}, "commands.0.actor"),
        ({"commands": [{"command": "adopt-policy"}]}, "commands.0.command"),
        ({"commands": [{"command": "no-such"}]}, "commands.0.command"),
        ({"commands": ["assess-risk"]}, "commands.0.command"),
        ({"commands": []}, "body"),
        ({"commands": [{"command": "assess-risk", **RISK}] * 101}, "body"),
        ({"commands": [{"command": "assess-risk", **RISK}], "actor": "eve"}, "body"),
        ([], "body"),
    ],
)
def test_in_a_batch_are_named_where_they_are_wrong(site: Site, batch: object, place: str) -> None:
    key, head = site.proposed(), site.head
    told = site.client.post(f"/v1/projects/{key}/commands", json=batch, headers={"Milepost-Actor": "ada"})
    assert told.status_code == 422
    assert told.json()["detail"].startswith(place)
    assert site.head == head


def test_asked_again_by_their_id_get_the_first_answer(site: Site) -> None:
    key, headers = site.proposed(), {"Milepost-Actor": "ada", "Idempotency-Key": "mine-1-" + a_key()}
    place = f"/v1/projects/{key}/assess-risk"
    first, again = (site.client.post(place, json=RISK, headers=headers) for _ in range(2))
    assert first.content == again.content
    assert first.headers["idempotency-key"] == headers["Idempotency-Key"]
    assert first.json()["version"] == 2
    assert len(site.service.log.stream(f"project-{key}")) == 2


def test_rejected_once_stay_so_under_their_id(site: Site) -> None:
    key, headers = a_key(), {"Milepost-Actor": "ada", "Idempotency-Key": "early-" + a_key()}
    place = f"/v1/projects/{key}/assess-risk"
    first = site.client.post(place, json=RISK, headers=headers)
    site.tell(f"{key}/propose-project", **PROPOSAL)
    assert (first.status_code, site.client.post(place, json=RISK, headers=headers).content) == (409, first.content)


def test_do_not_share_an_id(site: Site) -> None:
    key, headers = site.proposed(), {"Milepost-Actor": "ada", "Idempotency-Key": "shared-" + a_key()}
    place = f"/v1/projects/{key}/assess-risk"
    site.client.post(place, json=RISK, headers=headers)
    head = site.head
    for other, more in ((RISK | {"risk": "fire"}, {}), (RISK, {"Milepost-Role": "tester"})):
        told = site.client.post(place, json=other, headers=headers | more)
        assert (told.status_code, told.json()["type"]) == (422, "/problems/key-reused")
    assert site.head == head
    assert site.client.post(place, json=RISK, headers=headers | {"Milepost-Actor": "eve"}).status_code == 200


def test_may_demand_a_version(site: Site) -> None:
    key = site.proposed()
    place, headers = f"/v1/projects/{key}/assess-risk", {"Milepost-Actor": "ada"}
    stale = site.client.post(place, json=RISK, headers=headers | {"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/changed")
    assert "at version 1 and not 7" in stale.json()["detail"]
    assert site.client.post(place, json=RISK, headers=headers | {"If-Match": '"1"'}).status_code == 200
    fresh = site.client.post(
        f"/v1/projects/{key}/propose-project", json=PROPOSAL, headers=headers | {"If-Match": '"0"'}
    )
    assert fresh.status_code == 412


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"7", "1"'}, 200),
        ({"If-Match": '"x","1"'}, 200),
        ({"If-Match": 'W/"1"'}, 412),
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": '"01"'}, 412),
        ({"If-None-Match": '"7"'}, 200),
        ({"If-None-Match": '"1"'}, 412),
        ({"If-None-Match": 'W/"1"'}, 412),
        ({"If-None-Match": "*"}, 412),
        ({"If-Match": '"1"', "If-None-Match": '"1"'}, 412),
    ],
)
def test_command_is_carried_out_where_its_preconditions_hold(site: Site, headers: dict[str, str], status: int) -> None:
    key = site.proposed()
    found = site.client.post(f"/v1/projects/{key}/assess-risk", json=RISK, headers={"Milepost-Actor": "ada"} | headers)
    assert found.status_code == status, found.text


def test_project_is_proposed_where_it_must_not_exist(site: Site) -> None:
    place, headers = f"/v1/projects/{a_key()}/propose-project", {"Milepost-Actor": "ada", "If-None-Match": "*"}
    assert site.client.post(place, json=PROPOSAL, headers={"If-Match": "*"}).status_code == 412
    assert site.client.post(place, json=PROPOSAL, headers=headers).status_code == 200
    assert site.client.post(place, json=PROPOSAL, headers=headers).status_code == 412


def test_record_who_asks_by_the_headers(site: Site) -> None:
    key = site.proposed("grace")
    headers = {"Milepost-Actor": "GRACE", "Milepost-Role": "requester", "Milepost-Correlation": "ticket-7"}
    site.client.post(f"/v1/projects/{key}/assess-risk", json=RISK, headers=headers)
    site.client.post(f"/v1/projects/{key}/assess-risk", json=RISK | {"risk": "fire"})
    _, recorded, unnamed = site.service.log.stream(f"project-{key}")
    assert (recorded.who, recorded.role, recorded.auth) == ("grace", "requester", "unauthenticated")
    assert recorded.correlation == "ticket-7"
    assert unnamed.who == "anonymous"


def test_of_nothing_new_write_nothing(site: Site) -> None:
    key = site.proposed()
    site.tell(f"{key}/assess-risk", **RISK)
    told = site.tell(f"{key}/assess-risk", **RISK)
    assert (told.status_code, told.json()["events"], told.json()["version"]) == (200, [], 2)


def test_without_needed_fields_may_have_no_body(site: Site) -> None:
    key = site.proposed()
    told = site.client.post(f"/v1/projects/{key}/record-no-risks", headers={"Milepost-Actor": "ada"})
    assert told.json()["detail"].startswith("reason: a declaration of no risks needs a reason")


def test_go_to_policies_too(site: Site) -> None:
    freeze = {"freeze": "year-end", "since": "2026-12-20T00:00:00Z", "until": "2027-01-03T00:00:00Z", "reason": "rest"}
    told = site.client.post("/v1/policies/default/declare-freeze", json=freeze, headers={"Milepost-Actor": "chair"})
    assert told.status_code in (200, 409), told.text
    assert site.client.post("/v1/policies/default/assess-risk", json=RISK).status_code == 404
