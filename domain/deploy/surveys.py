"""Customer satisfaction surveys."""

from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.lifecycle import Phase
from domain.state.project import Project, ProjectFact
from domain.values import Count, Day, Key, Whole


class SurveyRecorded(
    ProjectFact, kind="survey.recorded/1", function=Phase.DEPLOY, command="record-survey", part="survey"
):
    """A satisfaction survey was scheduled or held (MOF 4.0, Deploy SMF: after the Deployment Complete Milestone).

    `counts` holds pairs: an answer on the scale from `scale_min` to `scale_max`, and how many people gave it; `invited`
    is how many people were invited.
    """

    survey: Key
    scale_min: Whole = 1
    scale_max: Whole = 5
    invited: Count = 0
    counts: Annotated[tuple[tuple[Whole, Count], ...], Field(max_length=100)] = ()
    planned_for: Day | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        answers = [answer for answer, _ in self.counts]
        if self.scale_min >= self.scale_max or any(
            not self.scale_min <= answer <= self.scale_max for answer in answers
        ):
            raise Rejected(f"counts: an answer is outside the scale from {self.scale_min} to {self.scale_max}")
        if len(answers) != len(set(answers)):
            raise Rejected("counts: an answer is listed more than once; add its counts up")
        answered = sum(count for _, count in self.counts)
        if answered > self.invited:
            raise Rejected(
                f"invited: there are {answered} answers but only {self.invited} people were invited; "
                "correct one of the numbers"
            )
