"""The team: assignment and release of roles."""

from collections.abc import Iterator

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.lifecycle import Column, Phase
from domain.policy.policy import Policy
from domain.state.authority import acting_as
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.state.project_status import must_be_alive
from domain.state.team import Assignment
from domain.values import EventId, Key, Moment, Person, Role, Text

ACCOUNTABLE = "solution-manager"
OWNER = "program-manager"


class RoleAssigned(ProjectEvent, kind="role.assigned/1", function=Phase.ENVISION):
    """A role was assigned to a person (MOF 4.0, Team SMF).

    `deputy_for` is the assignment that they deputise for, `granted_by_role` the role that granted it; none for a
    requester. `party` is the unit or stakeholder that they represent in this role.
    """

    person: Person
    role: Role
    since: Moment | None = None
    until: Moment | None = None
    deputy_for: EventId | None = None
    granted_by_role: Role | None = None
    party: Key | None = None

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.team.assignments[recorded.id] = Assignment(
            id=recorded.id,
            person=self.person,
            role=self.role,
            version=recorded.version,
            since=max(self.since or recorded.measured_at, recorded.measured_at),
            granted_by=recorded.who,
            granted_as=self.granted_by_role,
            until=self.until,
            deputy_for=self.deputy_for,
            party=self.party,
        )


class AssignRole(ProjectCommand, function=Phase.ENVISION):
    """Assign a role to another person, from now or a later moment; `party` is whom they represent.

    The policy says who may assign, separately for roles that sign or decide. While a role or the Solution Manager is
    missing, the requester or the owner may assign it.
    """

    person: Person
    role: Role
    since: Moment | None = None
    until: Moment | None = None
    deputy_for: EventId | None = None
    party: Key | None = None
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        if self._given(state, context):
            return
        self._makes_sense(state, context)
        if self.person == context.who:
            raise Rejected(f"person: {self.person} can't assign a role to themselves; another person must assign it")
        founds = _open(state, self.role, context) and _founds(state, context)
        role = _founder_role(state, context) if founds else _granting(state, self.role, context)
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        yield DecidedEvent(RoleAssigned(**fields, granted_by_role=role), role or context.role)

    def _given(self, state: Project, context: CommandContext) -> bool:
        mine = (self.person, self.until, self.deputy_for, self.party)
        lasting = _lasting(state, self.role, context)
        return any(mine == (a.person, a.until, a.deputy_for, a.party) for a in lasting)

    def _makes_sense(self, state: Project, context: CommandContext) -> None:
        policy, now = context.policy, context.now
        if policy.roles and self.role not in policy.roles:
            raise Rejected(
                f"role: policy {policy.label} does not define {self.role}; choose one of {', '.join(policy.roles)}"
            )
        if self.role == "requester":
            raise Rejected("role: requester is set by the proposal and can't be assigned; choose another role")
        if self.since and self.since < now:
            raise Rejected("since: a role can't be granted for the past; leave it out or give a future moment")
        if self.until and self.until <= (self.since or now):
            raise Rejected("until: the end is not after the beginning; give a later moment")
        stands_in_for = state.team.assignments.get(self.deputy_for or "")
        if self.deputy_for and (stands_in_for is None or stands_in_for.role != self.role):
            raise Rejected(
                f"deputy_for: this project has no assignment {self.deputy_for} as {self.role}; "
                "give the id of such an assignment"
            )


class RoleReleased(ProjectEvent, kind="role.released/1", function=Phase.ENVISION):
    """A role assignment ended."""

    assignment: EventId

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.team.assignments[self.assignment].released = recorded.measured_at


class ReleaseRole(ProjectCommand, function=Phase.ENVISION):
    """End a role assignment: by its holder or by whoever may assign the role; by a founder for own assignments."""

    assignment: EventId
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        held = state.team.assignments.get(self.assignment)
        if held is None:
            raise Rejected(
                f"assignment: this project has no assignment {self.assignment}; "
                "give the id of an assignment of this project"
            )
        if held.ends and held.ends <= context.now:
            return
        founded = held.granted_by == context.who and _light(state) and _founds(state, context)
        granted = held.person == context.who or founded
        role = context.role if granted else _granting(state, held.role, context)
        yield DecidedEvent(RoleReleased(assignment=self.assignment, reason=self.reason), role)


def signing_roles(policy: Policy, column: Column) -> frozenset[str]:
    """The roles that sign or decide at any gate of a column."""
    found: set[str] = set()
    for rule in policy.gates:
        if rule.column == column:
            found.update(rule.decided_by)
            for wording in rule.required:
                found.update(_roles_in(wording, policy))
    return frozenset(found)


def _roles_in(wording: str, policy: Policy) -> tuple[str, ...]:
    if wording == "team:*":
        return policy.team_roles
    return tuple(choice.removesuffix(":*").removesuffix("?") for choice in wording.split("|"))


def _lasting(project: Project, role: str, context: CommandContext) -> list[Assignment]:
    """The assignments to a role that have not ended, future ones included."""
    now = context.now
    given = project.team.assignments.values()
    return [a for a in given if a.role == role and (a.ends is None or now < a.ends)]


def _founds(project: Project, context: CommandContext) -> bool:
    """Whether this person may set up the initial team, as requester or as owner."""
    is_requester = context.who == project.entry.requester
    return is_requester or _founder_role(project, context) is not None


def _founder_role(project: Project, context: CommandContext) -> str | None:
    owns = project.team.assignment(context.who, OWNER, context.now)
    return OWNER if owns else None


def _light(project: Project) -> bool:
    """Whether the requester and the owner staff the project: if unclassified, standard, minor or an emergency."""
    return project.entry.category is None or project.column in ("standard", "minor", "emergency")


def _open(project: Project, role: str, context: CommandContext) -> bool:
    """Whether nobody with the policy's authority for this role exists yet."""
    return not _lasting(project, role if _light(project) else ACCOUNTABLE, context)


def _granting(project: Project, role: str, context: CommandContext) -> str:
    """The role in which this person grants or ends another role. Raises `Rejected` if the policy gives them none."""
    policy = context.policy
    act = "assign-signing-role" if role in signing_roles(policy, project.column) else "assign-role"
    return acting_as(project, context, policy.authorities_for(act, project.column), f"grant or end the role {role}")
