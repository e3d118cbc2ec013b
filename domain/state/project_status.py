"""Standing: whether a project is there, and not over."""

from domain.command import Rejected
from domain.state.project import Project


def must_be_alive(project: Project) -> None:
    """Raise `Rejected` unless the project was proposed and is not cancelled; held is alive."""
    if not project.entry.proposed:
        raise Rejected("there is no such project: propose it first")
    if project.entry.cancelled:
        raise Rejected("the project is cancelled, which is final: propose the work again under another key")
