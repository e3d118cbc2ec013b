"""Authority: the role in which a person acts."""

from collections.abc import Iterable

from domain.command import CommandContext, Rejected
from domain.state.project import Project


def acting_as(project: Project, context: CommandContext, roles: Iterable[str], what: str) -> str:
    """The role in which this person acts now: the one that they named, else the first of `roles` that they hold.

    Raises `Rejected` if they hold none of `roles`; `what` completes the sentence "only … may".
    """
    allowed = tuple(roles)
    held = project.team.roles_of(context.who, context.now)
    chosen = context.role if context.role else next((role for role in allowed if role in held), None)
    if chosen in held and chosen in allowed:
        return chosen
    asked = " or ".join(allowed) or "nobody (by this policy)"
    holders = sorted({a.person for role in allowed for a in project.team.holders(role, context.now)})
    who = (
        f" (held by {', '.join(holders[:3])})"
        if holders
        else "; nobody holds this role in the project, assign it first"
    )
    raise Rejected(f"only {asked} may {what}{who}; {context.who} acts as {context.role or 'none of these'}")
