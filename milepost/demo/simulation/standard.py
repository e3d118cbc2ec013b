"""The life of a standard change: start, go, finish, on a template; and what follows when it fails."""

from datetime import timedelta

from domain.envision.team import AssignRole
from domain.planning.rfc import Window
from domain.portfolio.pauses import CancelProject
from domain.reviews.standard_change import DeployStandardChange, FinishStandardChange, StartStandardChange
from milepost.demo.simulation.life import Life, Over, Steps
from milepost.demo.simulation.office import DAY
from milepost.demo.simulation.rules import registered


def standard(life: Life) -> Steps:
    """Three commands by one person; or fewer, and the board looks at the template again."""
    service = life.plan.service
    template = life.world.templates[service]
    window = Window(opens=life.now, closes=life.now + timedelta(days=21)) if life.happens(0.6) else None
    asked = StartStandardChange(
        template=template, title=life.plan.title, project_kind=life.plan.kind, customer=life.plan.unit, window=window
    )
    yield life.act("requester", asked, hours=0)
    life.world.uses[service] += 1
    if life.world.uses[service] >= life.policy.templates.uses:
        yield from _looked_at_again(life, "used up, and proven by its uses")
    checked = life.happens(0.93)
    go = DeployStandardChange(candidate=life.digest("candidate"), check="passed" if checked else "failed")
    yield life.act("requester", go, hours=life.hours(0.6 * DAY, 0.8))
    if not checked:
        yield from _looked_at_again(life, "the steps say now what to look at first")
        yield from _given_up(life)
    works = life.happens(0.92)
    yield life.act("requester", _finish(life, works), hours=life.hours(2, 0.8))
    if not works:
        yield from _looked_at_again(life, "the steps say now what to look at first")


def _given_up(life: Life) -> Steps:
    """What failed its check is over on its template: the change is given up, or left lying."""
    if life.weighed({"given up": 70, "left": 30}) == "given up":
        owner = AssignRole(person=life.who("program-manager"), role="program-manager")
        yield life.act("requester", owner, hours=life.hours(DAY))
        ended = CancelProject(
            cause="failed", disposal="nothing had been touched", reason="it needs a project of its own"
        )
        yield life.act("program-manager", ended, hours=life.hours(DAY))
    raise Over


def _looked_at_again(life: Life, why: str) -> Steps:
    """After a failure nobody starts on the template until the board has registered it anew."""
    service = life.plan.service
    template = life.world.templates.pop(service, None)
    if template:
        yield from registered(life, service, template, why)


def _finish(life: Life, works: bool) -> FinishStandardChange:
    if works:
        return FinishStandardChange(
            result="succeeded", verified="the check after it answers as before", lessons=life.lessons()
        )
    return FinishStandardChange(result="failed", reason="the service did not come back, so the old state was restored")
