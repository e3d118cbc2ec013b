"""Closing: the review after implementation, what was learnt, and what the solution was worth."""

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
    """The project was looked back on (MOF 4.0, Change and Configuration SMF: post-implementation review, rule 17).

    What is declared here of dates and budget stands beside what the baselines say.
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
