"""Authority: acting in a role that was granted before it is used."""

from collections.abc import Iterable

from domain.command import CommandContext, Rejected
from domain.state.project import Project


def acting_as(project: Project, context: CommandContext, roles: Iterable[str], what: str) -> str:
    """The role in which this person acts now: the one that they named, else the first of `roles` that they hold.

    Raises `Rejected` where none of `roles` is granted to them.
    """
    allowed = tuple(roles)
    held = project.team.roles_of(context.who, context.now)
    chosen = context.role if context.role else next((role for role in allowed if role in held), None)
    if chosen in held and chosen in allowed:
        return chosen
    asked = " or ".join(allowed) or "nobody, by this policy"
    holders = sorted({a.person for role in allowed for a in project.team.holders(role, context.now)})
    who = f"; that is {', '.join(holders[:3])}" if holders else "; nobody holds that role here yet"
    raise Rejected(f"{what} is for {asked}{who}, and {context.who} acts as {context.role or 'no such role'}")
