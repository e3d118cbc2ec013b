"""The status check of commands that a project on hold still accepts."""

from domain.command import Rejected
from domain.state.project import Project


def must_be_alive(project: Project) -> None:
    """Raise `Rejected` unless the project is proposed and not cancelled; it may be on hold."""
    if not project.entry.proposed:
        raise Rejected("there is no project with this key; propose it first (propose-project)")
    if project.entry.cancelled:
        raise Rejected("the project is cancelled, which is final; propose the work again under another key")
