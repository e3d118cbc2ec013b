"""Vision and scope: objectives, what is in scope, and what is out of scope."""

from typing import Annotated

from pydantic import Field

from domain.lifecycle import Gate, Phase
from domain.state.baseline import Baseline
from domain.values import Count, Document, Text

Points = Annotated[tuple[Text, ...], Field(max_length=100)]


class VisionScopeBaselined(
    Baseline,
    kind="vision-scope.baselined/1",
    function=Phase.ENVISION,
    command="baseline-vision-scope",
    evidence=(Gate.ENVISIONED,),
):
    """A version of vision (without constraints) and scope (within constraints) was baselined (MOF, Envision SMF)."""

    document: Document
    problem: Text
    objectives: Points = ()
    in_scope: Points = ()
    out_of_scope: Points = ()
    concept: Text | None = None
    assumptions: Points = ()
    iteration: Count | None = None
