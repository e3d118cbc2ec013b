"""Links: which work a project takes over, and which takes over from it."""

from typing import Literal

from domain.lifecycle import SupportingFunction
from domain.state.project import ProjectFact
from domain.values import Name


class ProjectLinked(
    ProjectFact, kind="project.linked/1", function=SupportingFunction.PORTFOLIO, command="link-project", part="place"
):
    """A project stands in the place of earlier work, or later work in its own; named by key or address (KEP: links)."""

    relation: Literal["replaces", "replaced-by"]
    to: Name

    @property
    def place(self) -> str:
        """Each relation to each other project is a part of its own."""
        return f"{self.relation}/{self.to}"
