"""How a larger change comes in: proposed, staffed, classified by who may, let into Deliver."""

from functools import partial

from domain.envision.team import AssignRole
from domain.lifecycle import Gate
from domain.portfolio.classification import Answers
from domain.portfolio.cohort import ReassignProject
from domain.portfolio.links import ProjectLinked
from domain.reviews.change_classification import ClassifyChange
from domain.reviews.full_proposal import Granted, Propose
from milepost.demo.simulation.life import Life, Steps
from milepost.demo.simulation.office import DAY, WEEK
from milepost.demo.simulation.questionnaire import answers
from milepost.demo.simulation.reviews import reviewed

FOUNDERS = ("program-manager", "change-manager", "solution-manager")
"""Whom the requester names; the Solution Manager names the rest."""

NOT_NAMED = (*FOUNDERS, "requester", "deputy", "emergency-committee")


def entering(life: Life) -> Steps:
    """From proposal to the portfolio's decision."""
    told = answers(life.plan.category, life.chance)
    life.proposed = yield life.act("requester", _proposal(life, told), hours=0)
    named = tuple(AssignRole(person=person, role=role) for role, person in named_later(life))
    life.staffed = yield life.act("solution-manager", *named, hours=life.hours(2 * DAY))
    if life.happens(0.15):
        old = ProjectLinked(relation="replaces", to=f"{life.plan.service}-legacy")
        yield life.act("program-manager", old, hours=DAY)
    if life.happens(0.1):
        moved = ReassignProject(attribute="portfolio", new="renewal", reason="it belongs to the renewal of all this")
        yield life.act("program-manager", moved, hours=life.hours(DAY))
    yield from reviewed(life, Gate.PORTFOLIO, needs=partial(_classified, life, told))


def named_later(life: Life) -> list[tuple[str, str]]:
    """The roles, and who holds them, that the Solution Manager gives in one go, in their order."""
    return [(role, person) for role, people in life.team.items() if role not in NOT_NAMED for person in people]


def _proposal(life: Life, told: Answers) -> Propose:
    return Propose(
        title=life.plan.title,
        project_kind=life.plan.kind,
        service=life.plan.service,
        customer=life.plan.unit,
        summary=f"Asked for by {life.plan.unit}: what there is now no longer does.",
        business_case=life.document("business-case", "Business case"),
        answers=told,
        priority=life.plan.priority,
        team=tuple(Granted(person=life.who(role), role=role) for role in FOUNDERS),
    )


def _classified(life: Life, told: Answers) -> Steps:
    """Whoever has the authority confirms what the requester had answered."""
    role = "cab" if life.column == "major" else "change-manager"
    confirmed = ClassifyChange(answers=told, priority=life.plan.priority)
    yield life.act(role, confirmed, hours=life.hours(WEEK if role == "cab" else DAY))
