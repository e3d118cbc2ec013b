"""Notes: statements of a source that no other kind of event can express."""

from domain.lifecycle import SupportingFunction
from domain.state.project import ProjectFact
from domain.values import Name, Text


class SourceNoted(ProjectFact, kind="source.noted/1", function=SupportingFunction.PORTFOLIO, part="topic"):
    """A statement of the source of an imported history, without effect on the project's state (design, §4)."""

    topic: Name
    text: Text
