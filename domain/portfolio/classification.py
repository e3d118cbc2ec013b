"""Classification: the category of a change, derived from answers, and who may set it."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.lifecycle import CATEGORIES, Category, Priority, SupportingFunction, column_of
from domain.policy.policy import CategoryRule, Policy
from domain.state.authority import acting_as
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.state.project_status import must_be_alive
from domain.values import Count, Fact, Key, Name, Role, Text

MOST = 3
Answer = Annotated[int, Field(ge=0, le=MOST)]
"""From 0 (not at all) to 3 (the highest degree)."""


class Answers(Fact):
    """The eight answers that determine the category, each from 0 to 3 (after MOF 4.0, Change and Configuration)."""

    services: Answer
    users: Answer
    downtime: Answer
    effort: Answer
    money: Answer
    experience: Answer
    reversibility: Answer
    data: Answer


class Classification(Fact):
    """A category and a priority."""

    category: Category
    priority: Priority


class ChangeClassified(ProjectEvent, kind="change.classified/1", function=SupportingFunction.PORTFOLIO):
    """A change was classified: its category from answers, and its priority (MOF 4.0, Change and Configuration, step 3).

    `authority` is the role that the policy requires, if the classifier acted in it; `previous` is the classification
    before. The classification by a standing approval names its `template` and has no answers.
    """

    category: Category
    priority: Priority
    answers: Answers | None = None
    score: Count | None = None
    harm: Text | None = None
    incident: Name | None = None
    template: Key | None = None
    authority: Role | None = None
    previous: Classification | None = None

    @property
    def lowers(self) -> bool:
        """Whether the category is lower than the previous one."""
        return self.previous is not None and _rank(self.category) < _rank(self.previous.category)

    def evolve(self, project: Project, recorded: Recorded) -> None:
        entry = project.entry
        entry.category, entry.priority, entry.classified_in = self.category, self.priority, recorded.version
        if self.lowers:
            entry.lowered_in, entry.lowering_allowed = recorded.version, self.authority is not None
        project.facts.keep("", recorded)


class Classifying(ProjectCommand, listed=False):
    """Classify a change by eight answers. An emergency names the harm of waiting, or the incident that it resolves.

    Anyone may classify until a person with the policy's authority, other than the requester, has confirmed it by the
    same command. After that, and for a change from or to an emergency, the authority is required. Lowering the
    category always requires a reason and the authority for the higher category.
    """

    answers: Answers
    priority: Priority = "medium"
    harm: Text | None = None
    incident: Name | None = None
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        if self.priority == "emergency" and not self.harm and not self.incident:
            raise Rejected(
                "harm: an emergency needs a justification; "
                "give the harm of waiting or the incident that the change resolves"
            )
        category, score = derived(self.answers, _rule(context.policy))
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        event = ChangeClassified(**fields, category=category, score=score)
        roles = _classifiers(state, event, context.policy)
        authority = _acting(state, roles, context)
        last = state.facts.latest(ChangeClassified)
        if last and _same(last.event, event) and authority in (None, last.event.authority):
            return
        was = Classification(category=last.event.category, priority=last.event.priority) if last else None
        event = event.model_copy(update={"previous": was})
        if event.lowers:
            authority = self._lowering(state, context)
        elif authority is None:
            _must_be_unsettled(state, last, event, roles, context)
        yield DecidedEvent(event.model_copy(update={"authority": authority}), authority or context.role)

    def _lowering(self, state: Project, context: CommandContext) -> str:
        if not self.reason:
            raise Rejected(f"reason: lowering the category from {state.entry.category} needs a reason")
        _must_not_be_theirs(state, "lower its category", context)
        roles = context.policy.authorities_for("lower", state.column)
        return acting_as(state, context, roles, f"lower the category of a {state.entry.category} change")


def derived(answers: Answers, rule: CategoryRule) -> tuple[Category, int]:
    """The category by these answers, and their sum over the questions that the rule counts."""
    counted = {question: answer for question, answer in answers if question in rule.questions}
    score = sum(counted.values())
    if score >= rule.major_from or any(counted.get(question) == MOST for question in rule.decisive):
        return "major", score
    return ("significant" if score >= rule.significant_from else "minor"), score


def _rule(policy: Policy) -> CategoryRule:
    if policy.category is None:
        raise Rejected(
            f"answers: policy {policy.label} has no category rule; a policy owner must adopt a version that has one"
        )
    return policy.category


def _rank(category: Category) -> int:
    return CATEGORIES.index(category)


def _same(last: ChangeClassified, event: ChangeClassified) -> bool:
    return last.model_copy(update={"previous": None, "authority": None}) == event


def _classifiers(project: Project, event: ChangeClassified, policy: Policy) -> tuple[str, ...]:
    """The roles that may classify like this: those of the new column and of the current one."""
    leads_to = policy.authorities_for("classify", column_of(event.category, event.priority))
    leaves = policy.authorities_for("classify", project.column) if project.entry.category else ()
    return tuple(dict.fromkeys((*leads_to, *leaves)))


def _acting(project: Project, roles: tuple[str, ...], context: CommandContext) -> str | None:
    """The role of these in which this person acts, if any; never for the requester."""
    c = context
    if c.who == project.entry.requester:
        return None
    held = project.team.roles_of(c.who, c.now)
    return next((role for role in roles if role in held and c.role in (None, role)), None)


def _must_be_unsettled(
    project: Project,
    last: Recorded[ChangeClassified] | None,
    event: ChangeClassified,
    roles: tuple[str, ...],
    context: CommandContext,
) -> None:
    """Raise `Rejected` if this changes a confirmed classification or an emergency without authority."""
    crosses = last and (last.event.priority == "emergency") != (event.priority == "emergency")
    if last and (last.event.authority or last.event.template or crosses) and roles:
        _must_not_be_theirs(project, "reclassify it", context)
        acting_as(project, context, roles, "reclassify this change")


def _must_not_be_theirs(project: Project, what: str, context: CommandContext) -> None:
    if context.who == project.entry.requester:
        raise Rejected(f"{context.who} asked for this change; another person must {what}")
