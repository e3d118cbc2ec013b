"""Notes: what a source says that no other kind of event carries."""

from domain.lifecycle import SupportingFunction
from domain.state.project import ProjectFact
from domain.values import Name, Text


class SourceNoted(ProjectFact, kind="source.noted/1", function=SupportingFunction.PORTFOLIO, part="about"):
    """The source of an imported history says this of a project, and nothing follows from it here (design, §4)."""

    about: Name
    says: Text
