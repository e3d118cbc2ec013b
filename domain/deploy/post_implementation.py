"""Post-implementation reviews."""

from typing import Annotated, Literal

from pydantic import Field

from domain.lifecycle import Gate, Phase
from domain.state.project import ProjectFact
from domain.values import Document, Person, Text


class PostImplementationReviewRecorded(
    ProjectFact,
    kind="post-implementation-review.recorded/1",
    function=Phase.DEPLOY,
    command="record-post-implementation-review",
    evidence=(Gate.DEPLOYED,),
):
    """A post-implementation review was recorded (MOF 4.0, Change and Configuration SMF, rule 17).

    Its statements on time and budget are compared with the baselines.
    """

    technical_success: bool
    business_success: bool
    on_time: bool
    on_budget: bool
    rfc_result: Literal["successful", "with-issues", "backed-out", "failed"] | None = None
    configuration_audited: bool = False
    lessons: Annotated[tuple[Text, ...], Field(max_length=50)] = ()
    attendees: Annotated[tuple[Person, ...], Field(max_length=50)] = ()
    document: Document | None = None
