"""Links: earlier work that a project replaces, and later work that replaces it."""

from typing import Literal

from domain.lifecycle import SupportingFunction
from domain.state.project import ProjectFact
from domain.values import Name


class ProjectLinked(
    ProjectFact, kind="project.linked/1", function=SupportingFunction.PORTFOLIO, command="link-project", part="place"
):
    """The project replaces earlier work, or is replaced by later work; named by key or address (KEP: links)."""

    relation: Literal["replaces", "replaced-by"]
    to: Name

    @property
    def place(self) -> str:
        """The relation with its target."""
        return f"{self.relation}/{self.to}"
