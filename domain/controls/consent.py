"""Consent: that a person agreed counts where they say so themselves, and not where somebody tells it of them."""

from domain.controls.control import EvaluationContext
from domain.controls.signatures import signed
from domain.event import Recorded
from domain.state.project import ProjectFact


def own_word(context: EvaluationContext, told: Recorded[ProjectFact], person: str) -> bool:
    """Whether a person stands up for a fact: they told it in the same words, or signed for go after it was told."""
    words = [word for word in signed(context) if (word.person, word.verdict) == (person, "go")]
    own = any(each.who == person for each in tellings(context, told))
    return own or any(word.version > told.version for word in words)


def tellings(context: EvaluationContext, told: Recorded[ProjectFact]) -> list[Recorded[ProjectFact]]:
    """Every time that a fact was told in the same words, for whatever reason."""
    fact = told.event
    part = getattr(fact, fact.part_field) if fact.part_field else ""
    same = fact.model_copy(update={"reason": None})
    known = context.project.facts.history(type(fact), part)
    return [each for each in known if each.event.model_copy(update={"reason": None}) == same]
