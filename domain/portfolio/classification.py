"""Classification: how much rigour a change needs, derived from answers, and who may say so."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from domain.command import Circumstances, Decided, Rejected
from domain.event import Recorded
from domain.lifecycle import CATEGORIES, Category, Priority, column_of
from domain.policy import CategoryRule, Policy
from domain.state.authority import acting_as
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.state.standing import must_be_alive
from domain.values import Count, Fact, Key, Name, Role, Text

Answer = Annotated[int, Field(ge=0, le=3)]
"""From 0, not at all, to 3, as much as can be."""


class Answers(Fact):
    """What is at stake: eight answers, each from 0 to 3 (after MOF 4.0, Change and Configuration)."""

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


class ChangeClassified(ProjectEvent, kind="change.classified/1"):
    """The category of a change was derived from answers, its priority set (MOF 4.0, Change and Configuration, step 3).

    `authority` is the role that the policy asks for, where whoever classified acted in it; `was` what held before.
    A standing approval's classification names its `template` and answers nothing.
    """

    category: Category
    priority: Priority
    answers: Answers | None = None
    score: Count | None = None
    harm: Text | None = None
    incident: Name | None = None
    template: Key | None = None
    authority: Role | None = None
    was: Classification | None = None

    @property
    def lowers(self) -> bool:
        """Whether the category is lower than the one that held before."""
        return self.was is not None and _rank(self.category) < _rank(self.was.category)

    def evolve(self, project: Project, recorded: Recorded) -> None:
        entry = project.entry
        entry.category, entry.priority, entry.classified_in = self.category, self.priority, recorded.version
        if self.lowers:
            entry.lowered_in, entry.lowering_allowed = recorded.version, self.authority is not None
        project.facts.keep("", recorded)


class ClassifyChange(ProjectCommand):
    """Answer the eight questions; the category follows. An emergency names the harm, or the incident that it ends.

    Until someone with the policy's authority has classified, anyone may; to lower always asks for the authority that
    the higher category has for it, a reason, and another person than the requester.
    """

    answers: Answers
    priority: Priority = "medium"
    harm: Text | None = None
    incident: Name | None = None
    reason: Text | None = None

    def decide(self, state: Project, circumstances: Circumstances) -> Iterator[Decided]:
        must_be_alive(state)
        if self.priority == "emergency" and self.harm is None and self.incident is None:
            raise Rejected("harm: an emergency needs the harm that waiting would do, or the incident that it ends")
        category, score = derived(self.answers, _rule(circumstances.policy))
        entry = state.entry
        was = Classification(category=entry.category, priority=entry.priority) if entry.category else None
        if was and _rank(category) < _rank(was.category):
            authority: str | None = self._lowering(state, was, circumstances)
        else:
            authority = _classifying(state, category, self.priority, circumstances)
        event = ChangeClassified(
            **{name: getattr(self, name) for name in type(self).model_fields},
            category=category,
            score=score,
            authority=authority,
            was=was,
        )
        if not _said(state, event):
            yield event

    def _lowering(self, state: Project, was: Classification, circumstances: Circumstances) -> str:
        if self.reason is None:
            raise Rejected(f"reason: say why the change is less than {was.category} now")
        if circumstances.who == state.entry.requester:
            raise Rejected(f"{circumstances.who} asked for this change: someone else has to lower its category")
        roles = circumstances.policy.authorities_for("lower", was.category)
        return acting_as(state, circumstances, roles, f"to lower a {was.category} change")


def derived(answers: Answers, rule: CategoryRule) -> tuple[Category, int]:
    """The category that these answers make, and their sum over the questions that the rule counts."""
    counted = {question: answer for question, answer in answers if question in rule.questions}
    score = sum(counted.values())
    if score >= rule.major_from or any(counted.get(question) == 3 for question in rule.decisive):
        return "major", score
    return ("significant" if score >= rule.significant_from else "minor"), score


def _rule(policy: Policy) -> CategoryRule:
    if policy.category is None:
        raise Rejected(f"policy {policy.label} has no rule that makes categories from answers: adopt one that has")
    return policy.category


def _rank(category: Category) -> int:
    return CATEGORIES.index(category)


def _classifying(project: Project, category: Category, priority: Priority, circumstances: Circumstances) -> str | None:
    """The role in which this person classifies; None where none is needed yet and they have none."""
    authorities = circumstances.policy.authorities_for
    roles = {*authorities("classify", column_of(category, priority)), *authorities("classify", category)}
    if project.entry.category:
        roles.update(authorities("classify", project.column))
    last = project.facts.latest(ChangeClassified)
    if last and (last.event.authority or last.event.template) and roles:
        return acting_as(project, circumstances, sorted(roles), "to classify this change anew")
    held = project.team.roles_of(circumstances.who, circumstances.now)
    acting = {circumstances.role} if circumstances.role else held
    return min(roles & acting & held, default=None)


def _said(project: Project, event: ChangeClassified) -> bool:
    """Whether this is what holds already, by the same authority or a better founded one."""
    last = project.facts.latest(ChangeClassified)
    if last is None:
        return False
    same = event.model_copy(update={"was": last.event.was, "authority": last.event.authority})
    return last.event == same and (event.authority is None or last.event.authority is not None)
