"""The description of the API."""

# schemathesis leaves its generics open, so that nothing it gives is wholly known
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import openapi_spec_validator
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.definitions import OPENAPI_31

from domain.commands import commands
from milepost.web.openapi import PLURALS
from tests.milepost.serving import Site

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


@pytest.fixture(scope="module")
def described(site: Site) -> dict[str, Any]:
    found = site.client.get("/v1/openapi.json")
    assert found.status_code == 200
    whole: dict[str, Any] = found.json()
    return whole


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


def test_is_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    jsonschema_rs.validator_for(OPENAPI_31).validate(described)


def test_openapi_tags_each_command_with_its_function(described: dict[str, Any]) -> None:
    tags = {operation["operationId"]: operation["tags"] for _, _, operation in operations(described)}
    assert {name: tags[name] for name in commands()} == {
        name: [command.function.value] for name, command in commands().items()
    }
    assert tags["assess-risk"] == ["envision"]


def test_refers_only_to_what_it_holds(described: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    found = set(references(described))
    assert found <= known
    assert "$defs" not in str(described)


def test_has_the_body_of_every_command(described: dict[str, Any]) -> None:
    for name, command in commands().items():
        operation = described["paths"][f"/v1/{PLURALS[command.belongs_to]}/{{key}}/{name}"]["post"]
        assert operation["operationId"] == name
        assert operation["summary"]
        [reference] = references(operation["requestBody"])
        schema = described["components"]["schemas"][reference.rpartition("/")[2]]
        assert schema["properties"].keys() == {info.alias or field for field, info in command.model_fields.items()}
        assert schema["additionalProperties"] is False
        assert operation["requestBody"]["required"] == bool(schema.get("required"))


def test_allows_no_unknown_field_inside_a_value(described: dict[str, Any]) -> None:
    assert described["components"]["schemas"]["Money"]["additionalProperties"] is False


def test_names_the_headers_of_commands(described: dict[str, Any]) -> None:
    operation = described["paths"]["/v1/projects/{key}/assess-risk"]["post"]
    headers = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
    assert headers == {
        "Milepost-Actor", "Milepost-Role", "Milepost-Correlation", "Idempotency-Key", "If-Match", "If-None-Match"
    }  # fmt: skip
    assert operation["responses"]["200"]["headers"].keys() == {"ETag", "Milepost-Position", "Idempotency-Key"}


def test_names_problems_as_what_they_are(described: dict[str, Any]) -> None:
    for path, _, operation in operations(described):
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], (path, status)
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_names_every_operation_once(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(names) == len(set(names))


def test_passes_the_validator_of_openapi(described: dict[str, Any]) -> None:
    openapi_spec_validator.validate(described)


def test_openapi_gives_every_operation_a_name_a_summary_one_tag_and_its_problems(described: dict[str, Any]) -> None:
    for path, method, operation in operations(described):
        where = f"{method} {path}"
        assert operation["operationId"], where
        assert operation["summary"][0].isupper(), where
        assert not operation["summary"].endswith("."), where
        assert len(operation["tags"]) == 1, where
        statuses = set(operation["responses"])
        assert "421" in statuses, where
        assert "422" in statuses or not path.startswith("/v1"), where
        for parameter in operation.get("parameters", ()):
            assert parameter["schema"].keys() & {"title", "$ref"}, (where, parameter["name"])
            assert parameter.get("description") or parameter["in"] == "path", (where, parameter["name"])


def test_openapi_titles_every_schema_and_uses_each(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for name, schema in schemas.items():
        assert schema.get("title"), name
        for field, member in schema.get("properties", {}).items():
            assert "$ref" in member or member.get("title"), (name, field)
    used = {reference.rpartition("/")[2] for reference in references(described)}
    assert schemas.keys() - used == set()


def test_openapi_has_no_object_without_a_name(described: dict[str, Any]) -> None:
    assert list(objects_inside(described["paths"])) == []
    schemas = described["components"]["schemas"]
    inside = [member for schema in schemas.values() for member in schema.get("properties", {}).values()]
    assert list(objects_inside(inside)) == []


def objects_inside(value: Any) -> Iterator[Any]:
    """Schemas of objects with fields of their own that stand where they are used, and so have no name."""
    if isinstance(value, dict):
        if value.get("type") == "object" and "properties" in value:
            yield value
        for member in value.values():
            yield from objects_inside(member)
    elif isinstance(value, list):
        for member in value:
            yield from objects_inside(member)


# The service's threads draw from `random` as well, which Hypothesis takes for the strategies' doing.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
def test_is_kept_for_whatever_is_asked(site: Site) -> None:
    """No fault, and every answer is one that is described: as asked for, and for what is read also otherwise."""
    schema = schemathesis.openapi.from_url(f"{site.client.base_url}/v1/openapi.json")
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    assert len(found) >= len(commands()) + 15
    found = [operation for operation in found if operation.path != "/v1/events"]  # which never ends
    for operation in found:
        _ask(operation.as_strategy(), 2 if operation.method == "post" else 5)
    for operation in found:
        if operation.method == "get" and operation.query:
            _ask(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), 5)


def _ask(cases: SearchStrategy[Any], examples: int) -> None:
    @settings(max_examples=examples, phases=[Phase.generate], suppress_health_check=SLOW, **BOUNDED)
    @given(case=cases)
    def conforms(case: Any) -> None:
        case.call_and_validate(checks=[CHECKS.get_one(name) for name in KEPT])

    conforms()


BOUNDED: dict[str, Any] = {"deadline": None, "database": None, "derandomize": True}
KEPT = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance",
)  # fmt: skip
