"""What is measured."""

from prometheus_client.parser import text_string_to_metric_families

from milepost.app.metrics import PREFIX
from milepost.webhooks.signature import new_secret
from milepost.webhooks.subscriptions import Hook, add, every, fail, remove
from tests.milepost.servers import until
from tests.milepost.serving import Site
from tests.milepost.web.api.test_events import listening

WHAT = ("events_behind", "failures", "stopped")


def measured(site: Site) -> dict[str, float]:
    found = site.client.get("/metrics")
    assert found.status_code == 200
    assert found.headers["content-type"].startswith("text/plain")
    lines = [line.rpartition(" ") for line in found.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_counts_commands_by_what_became_of_them(site: Site) -> None:
    before = measured(site)
    key = site.proposed()
    site.tell(f"{key}/resume-project", reason="on")
    after = measured(site)
    for outcome in ("accepted", "rejected"):
        name = f'milepost_commands_total{{outcome="{outcome}"}}'
        assert after[name] == before.get(name, 0) + 1


def test_measures_answers_by_route_and_not_by_address(site: Site) -> None:
    key = site.proposed()
    site.client.get(f"/v1/projects/{key}")
    found = measured(site)
    assert found['milepost_http_seconds_count{method="GET",route="/v1/projects/{key}",status="200"}'] >= 1
    assert not [name for name in found if key in name]


def test_tells_how_far_each_read_model_is(site: Site) -> None:
    site.proposed()
    site.known("/v1/projects")
    found = measured(site)
    assert found["milepost_log_position"] == site.head
    assert found['milepost_projection_position{projection="projects"}'] == site.head
    assert found['milepost_projection_events_behind{projection="projects"}'] == 0


def test_tells_how_far_each_webhook_is_and_which_is_brought_nothing(site: Site) -> None:
    site.proposed()
    with site.service.log.connect() as connection:
        for name, position in (("behind", site.head - 2), ("parked", site.head)):
            add(connection, Hook(name, "https://example.com/", new_secret(), position))
        [parked] = [hook for hook in every(connection) if hook.name == "parked"]
        fail(connection, parked, "it answered 500", 1.0, "parked")
        found = measured(site)
        for name in ("behind", "parked"):
            remove(connection, name)
    assert [found[f'milepost_webhook_{what}{{webhook="behind"}}'] for what in WHAT] == [2, 0, 0]
    assert [found[f'milepost_webhook_{what}{{webhook="parked"}}'] for what in WHAT] == [0, 1, 1]


def test_counts_who_is_told_events_as_they_happen(site: Site) -> None:
    before = measured(site)["milepost_followers"]
    with listening(site), listening(site):
        assert measured(site)["milepost_followers"] == before + 2
    until(lambda: measured(site)["milepost_followers"] == before)


def test_explains_each_once(site: Site) -> None:
    families = list(text_string_to_metric_families(site.client.get("/metrics").text))
    assert len({family.name for family in families}) == len(families)
    assert all(family.documentation.endswith(".") for family in families)
    assert {f"{PREFIX}projection_position", f"{PREFIX}http_seconds"} <= {family.name for family in families}
