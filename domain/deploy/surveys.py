"""Surveys: how satisfied those who were asked are."""

from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.lifecycle import Phase
from domain.state.project import Project, ProjectFact
from domain.values import Count, Day, Key, Whole


class SurveyRecorded(
    ProjectFact, kind="survey.recorded/1", function=Phase.DEPLOY, command="record-survey", part="survey"
):
    """A satisfaction survey was dated or held (MOF 4.0, Deploy SMF: after the Deployment Complete Milestone).

    `counts` holds pairs: an answer on the scale from `least` to `most`, and how many of the `asked` gave it.
    """

    survey: Key
    least: Whole = 1
    most: Whole = 5
    asked: Count = 0
    counts: Annotated[tuple[tuple[Whole, Count], ...], Field(max_length=100)] = ()
    planned_for: Day | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        answers = [answer for answer, _ in self.counts]
        if self.least >= self.most or any(not self.least <= answer <= self.most for answer in answers):
            raise Rejected(f"counts: an answer doesn't lie on the scale from {self.least} to {self.most}")
        if len(answers) != len(set(answers)):
            raise Rejected("counts: an answer is counted twice, add its counts up")
        answered = sum(count for _, count in self.counts)
        if answered > self.asked:
            raise Rejected(f"asked: {answered} answers of {self.asked} people don't add up")
