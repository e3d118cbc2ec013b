"""Openings: small pasts that many tests begin with."""

from collections.abc import Callable

from domain.envision.team import RoleAssigned
from domain.lifecycle import Category, Priority
from domain.portfolio.classification import Answers, ChangeClassified
from domain.portfolio.pauses import ProjectCancelled
from domain.portfolio.proposal import ProjectProposed
from domain.values import Document
from tests.conftest import Given

GivenPast = Callable[..., Given]
"""The fixture `given`: a project's past, from events and acts."""

PROPOSED = ProjectProposed(title="Pay", project_kind="it_service", service="pay", customer="sales", requester="ada")
CANCELLED = ProjectCancelled(cause="withdrawn", disposal="thrown away")
DOCUMENT = Document(document="paper", title="Paper", digest=f"sha256:{'0' * 64}")


def answers(**given: int) -> Answers:
    """The eight answers, 0 where none is given: `answers(data=3)`."""
    return Answers.model_validate(dict.fromkeys(Answers.model_fields, 0) | given)


def classified(category: Category, priority: Priority = "medium", authority: str | None = None) -> ChangeClassified:
    """A change of this category; by nobody's authority, where none is named."""
    return ChangeClassified(category=category, priority=priority, authority=authority)


def holds(person: str, role: str) -> RoleAssigned:
    """That this person holds this role from now on."""
    return RoleAssigned(person=person, role=role)
