"""Vision and scope: what is to be different, what is in, and what is not."""

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
    """Vision (unbounded) and scope (what constraints leave of it) are written and fixed (MOF 4.0, Envision SMF)."""

    document: Document
    problem: Text
    objectives: Points = ()
    in_scope: Points = ()
    out_of_scope: Points = ()
    concept: Text | None = None
    assumptions: Points = ()
    iteration: Count | None = None
