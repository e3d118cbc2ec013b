"""The JSON of every answer is the golden one: a renamed field or column inside never changes it."""

from collections.abc import Iterator
from typing import Any, get_args

import orjson
import pytest

from milepost.embedded.postgres.server import Server
from milepost.web.openapi import RESPONSES
from milepost.web.response_models.model import ResponseModel
from tests.golden.api import AFTERWARDS, ASKED, READ, answers, files, portfolio


@pytest.fixture(scope="module")
def found(server: Server) -> Iterator[dict[str, bytes]]:
    with portfolio(server) as site:
        yield answers(site)


@pytest.mark.parametrize("name", [*READ, *ASKED, *AFTERWARDS, "problem-refused"])
def test_answer_is_the_golden_one(found: dict[str, bytes], name: str) -> None:
    assert orjson.loads(found[name]) == orjson.loads(files()[name]), "if it is meant to change: make generate"


def test_golden_files_are_those_of_the_answers(found: dict[str, bytes]) -> None:
    assert files().keys() == found.keys()


def test_every_field_of_every_response_model_is_in_a_golden_file() -> None:
    """So that none can vanish or be renamed unseen."""
    shown = b"".join(files().values())
    models = {model for response in RESPONSES for model in _models(response)}
    fields = {(model.__name__, name) for model in models for name in model.model_fields}
    missing = {f"{model}.{name}" for model, name in fields if f'"{name}":'.encode() not in shown}
    assert missing == ABSENT


ABSENT = {
    "AssignmentModel.deputy_for",
    "AssignmentModel.party",
    "AssignmentModel.released",
    "ControlResultModel.rests_on_digest",
    "InboxItem.party",
    "MilestoneModel.candidate_digest",
    "PendingItem.party",
    "PhaseItem.left_basis",
    "ProblemModel.why",
    "ProjectItem.held_until",
    "ProjectItem.lowered_from",
    "RefusalResultModel.rests_on_digest",
    "RequiredItem.party",
    "RequiredItem.seat",
    "RequiredModel.party",
    "RequiredModel.seat",
    "SealedTextModel.box",
    "SealedTextModel.sealed",
    "SignedItem.party",
    "SignedItem.seat",
    "SignoffModel.party",
    "SignoffModel.seat",
    "TrailItem.causation",
    "TrailItem.reason",
    "TrailItem.unreadable",
    "WaitModel.party",
    "WaitingForItem.party",
    "WaitingForItem.seat",
    "WaiverModel.pending",
}
"""Fields that have a value in no answer over this portfolio."""


def _models(annotation: Any) -> Iterator[type[ResponseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, ResponseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
    for part in get_args(annotation):
        yield from _models(part)
