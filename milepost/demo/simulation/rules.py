"""The life of the rules: a policy of their own for what is simulated, templates of standard changes, freezes."""

from collections.abc import Mapping
from datetime import timedelta

from domain.command import Command
from domain.policy_changes.adoption import AdoptPolicy, ProposePolicy
from domain.policy_changes.freezes import DeclareFreeze
from domain.policy_changes.standard_changes import RegisterStandardChange, SuspendStandardChange
from domain.values import Document
from milepost.demo.simulation.life import ORIGIN, POLICY, Life, Step, Steps, Unlikely
from milepost.demo.simulation.office import DAY, WEEK
from milepost.log.command_outcome import CommandRequest

TEMPLATES: Mapping[str, tuple[str, str]] = {
    "pay": ("renew-certificate", "Renew the certificate"),
    "mail": ("add-mailbox-store", "Add a store for mailboxes"),
    "web": ("publish-pages", "Publish pages"),
    "crm": ("import-contacts", "Import contacts"),
    "erp": ("open-fiscal-period", "Open a fiscal period"),
    "data": ("grow-a-disk", "Grow a disk"),
    "vpn": ("add-a-branch", "Connect a branch"),
}
"""The standard change of a service: its template and what it is called."""

CAB = "cab"


class SimulatedAlready(Exception):
    """There are rules for what is simulated in this log. Says what to do."""


def rules(life: Life) -> Steps:
    """The policy is proposed and adopted, templates are registered; later a freeze, then a stricter version."""
    why, proposed_by = "the rules to begin with", life.who("change-manager")
    proposed = ProposePolicy(policy=life.policy, reason=why)
    answer = yield decreed(life, proposed, hours=0, by=("change-manager", proposed_by))
    try:
        answer()
    except Unlikely as unlikely:
        raise SimulatedAlready(f"a log holds one simulated portfolio: take another log ({unlikely})") from unlikely
    yield decreed(life, AdoptPolicy(policy=life.policy, proposed_by=proposed_by, reason=why), hours=0)
    yield from _templates(life, "proven twice", weeks=0)
    yield from _frozen(life, "inventory", weeks=14)
    yield from _withdrawn(life)
    yield from _stricter(life)
    yield from _frozen(life, "end-of-year", weeks=16)
    yield from _templates(life, "for another year", weeks=10)


def _templates(life: Life, why: str, weeks: float) -> Steps:
    for number, (service, (template, _)) in enumerate(TEMPLATES.items()):
        yield from registered(life, service, template, why, hours=0.5 if number else weeks * WEEK + 0.5)


def decreed(life: Life, command: Command, hours: float, by: tuple[str, str] | None = None) -> Step:
    """The advisory board says what holds from now on; or whoever is named, in their role."""
    role, who = by or (CAB, life.team[CAB][0])
    request = CommandRequest(
        stream=f"policy-{POLICY}",
        commands=(command,),
        who=who,
        role=role,
        origin=ORIGIN,
        policy=POLICY,
        at=life.at(hours),
    )
    return Step(request)


def registered(life: Life, service: str, template: str, why: str, hours: float = 2 * DAY) -> Steps:
    """A template is registered, or registered anew; from then on changes may start on it."""
    command = RegisterStandardChange(
        template=template,
        service=service,
        steps=_steps(life, template, "Steps"),
        rollback=_steps(life, f"{template}-back", "The way back"),
        checks=("it answers", "nothing new in the log"),
        proven_by=(f"{service}-0",),
        reason=why,
    )
    yield decreed(life, command, hours)
    life.world.templates[service] = template
    life.world.uses[service] = 0


def _steps(life: Life, name: str, title: str) -> Document:
    return Document(document=name, title=title, digest=life.digest(name))


def _frozen(life: Life, name: str, weeks: float) -> Steps:
    """For a week nothing is deployed, as is known three weeks ahead."""
    since = life.at(weeks * WEEK) + timedelta(days=21)
    until = since + timedelta(days=7)
    yield decreed(life, DeclareFreeze(freeze=name, since=since, until=until, reason="nobody is there"), weeks * WEEK)
    life.world.freezes.append((since, until))


def _withdrawn(life: Life) -> Steps:
    """A template that turns out to be none: nobody has started on it, and nobody may."""
    service, template = "hr", "change-salary-scale"
    yield from registered(life, service, template, "it seemed simple")
    del life.world.templates[service]
    asked = SuspendStandardChange(template=template, cause="scope", reason="each time it is something else")
    yield decreed(life, asked, WEEK)


def _stricter(life: Life) -> Steps:
    """The next version asks operations for one more item; projects that are under way keep theirs."""
    items = life.policy.readiness_items
    more = items.model_copy(update={"significant": (*(items.significant or ()), "monitoring")})
    policy = life.policy.model_copy(update={"version": 2, "readiness_items": more})
    proposed_by = life.who("change-manager")
    proposed = ProposePolicy(policy=policy, reason="outages were seen too late")
    yield decreed(life, proposed, 7 * WEEK, by=("change-manager", proposed_by))
    yield decreed(life, AdoptPolicy(policy=policy, proposed_by=proposed_by, reason="for a year to begin with"), WEEK)
    life.world.policy = policy
