"""Consent: a person's agreement counts where they confirm it themselves, not where another person reports it."""

from domain.controls.control import EvaluationContext
from domain.controls.signatures import signed
from domain.event import Recorded
from domain.state.project import ProjectFact


def is_confirmed_by(context: EvaluationContext, fact: Recorded[ProjectFact], person: str) -> bool:
    """Whether a person confirms a fact: they reported the same fact, or signed go after it was reported."""
    signoffs = [signoff for signoff in signed(context) if (signoff.person, signoff.verdict) == (person, "go")]
    reported = any(each.who == person for each in matching_reports(context, fact))
    return reported or any(signoff.version > fact.version for signoff in signoffs)


def matching_reports(context: EvaluationContext, fact: Recorded[ProjectFact]) -> list[Recorded[ProjectFact]]:
    """Every report of the same fact, whatever its reason."""
    event = fact.event
    part = getattr(event, event.part_field) if event.part_field else ""
    same = event.model_copy(update={"reason": None})
    reports = context.project.facts.history(type(event), part)
    return [each for each in reports if each.event.model_copy(update={"reason": None}) == same]
