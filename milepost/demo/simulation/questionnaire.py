"""The eight answers that classify a change, so that they make the category that a life is planned for."""

from random import Random

from domain.lifecycle import Category
from domain.portfolio.classification import Answers

QUESTIONS = tuple(Answers.model_fields)
DECISIVE = ("money", "reversibility", "data")
SCORES = {"standard": (0, 4), "minor": (0, 4), "significant": (5, 11), "major": (12, 17)}
"""Which sums each category is made of (docs/policy.md)."""


def answers(category: Category, chance: Random) -> Answers:
    """Answers of a sum that makes this category, without a 3 where that alone would make it a major one."""
    wanted = chance.randint(*SCORES[category])
    given = dict.fromkeys(QUESTIONS, 0)
    while sum(given.values()) < wanted:
        question = chance.choice(QUESTIONS)
        given[question] = min(given[question] + 1, 2 if question in DECISIVE else 3)
    return Answers(**given)
