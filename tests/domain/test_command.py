"""Commands."""

import pytest
from pydantic import ValidationError

from domain.command import Command, Refused, commands_with_rules
from domain.portfolio.pauses import HoldProject
from tests.domain.openings import PROPOSED


def test_are_called_by_their_class() -> None:
    assert commands_with_rules()["hold-project"] is HoldProject
    assert HoldProject.called == "hold-project"


def test_share_their_name_with_no_other() -> None:
    with pytest.raises(TypeError, match="two commands are called 'hold-project'"):
        type("HoldProject", (Command,), {})


def test_allow_no_field_that_they_do_not_know() -> None:
    with pytest.raises(ValidationError, match="extra"):
        HoldProject.model_validate({"cause": "risk", "actor": "eve"})


def test_are_refused_with_what_is_to_be_recorded() -> None:
    refused = Refused("it stays shut", PROPOSED, repeated=True)
    assert (str(refused), refused.record, refused.repeated) == ("it stays shut", PROPOSED, True)
