"""Classification of changes, with the controls that the policy checks when a category is lowered."""

from collections.abc import Iterator

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.controls.evaluation import evaluate
from domain.lifecycle import Act, SupportingFunction
from domain.portfolio.classification import ChangeClassified, Classifying
from domain.reviews.breaches import evaluation_context
from domain.state.project import Project


class ClassifyChange(Classifying, function=SupportingFunction.PORTFOLIO):
    __doc__ = Classifying.__doc__

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        for decided in super().decide(state, context):
            yield decided
            if isinstance(decided.event, ChangeClassified) and decided.event.lowers:
                _must_be_allowed(state, context)


def _must_be_allowed(project: Project, context: CommandContext) -> None:
    """Raise `Rejected` if a control at the point `lowering` is unmet for the new category."""
    shut = [result for result in evaluate(evaluation_context(project, Act.LOWERING, context)) if result.blocks]
    if shut:
        raise Rejected("; ".join(f"{result.control}: {result.sentence}" for result in shut[:3]))
