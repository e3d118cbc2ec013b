"""The life of a significant or major change: every phase with its work, every gate with its review."""

from functools import partial

from domain.lifecycle import Gate
from milepost.demo.simulation.build_phase import accepted, building
from milepost.demo.simulation.deploy_phase import afterwards, deploying, owned
from milepost.demo.simulation.early_core import core_first
from milepost.demo.simulation.entry_phase import entering
from milepost.demo.simulation.envision_phase import assessed, envisioning, vision
from milepost.demo.simulation.life import Life, Steps
from milepost.demo.simulation.mishaps import corrected, interrupted, reversed_once, waived
from milepost.demo.simulation.planning_phase import planning
from milepost.demo.simulation.reviews import reviewed
from milepost.demo.simulation.stabilize_phase import approved, stabilizing


def large(life: Life) -> Steps:
    """From proposal to benefits; what goes wrong on the way comes between the phases."""
    yield from entering(life)
    yield from interrupted(life)
    yield from _envisioned_and_planned(life)
    yield from interrupted(life)
    yield from building(life)
    yield from corrected(life)
    yield from reviewed(life, Gate.BUILD_COMPLETED, needs=partial(accepted, life))
    yield from reversed_once(life)
    yield from interrupted(life)
    yield from core_first(life)
    if life.happens(0.15):
        life.waives = life.one_of(("acceptance-tested", "operations-ready"))
    yield from stabilizing(life)
    yield from reviewed(life, Gate.RELEASE_READY, at_last=partial(_let_go, life))
    yield from deploying(life)
    yield from reviewed(life, Gate.DEPLOYED, needs=partial(owned, life))
    yield from afterwards(life)


def _envisioned_and_planned(life: Life) -> Steps:
    """In two reviews; or in one, where the category allows it and the discipline iterates."""
    yield from envisioning(life)
    if life.column == "significant" and life.iterates and life.happens(0.5):
        yield from planning(life)
        yield from reviewed(life, Gate.ENVISIONED, Gate.PLAN_APPROVED, needs=partial(vision, life))
        return
    yield from reviewed(life, Gate.ENVISIONED, needs=partial(vision, life))
    yield from planning(life)
    yield from reviewed(life, Gate.PLAN_APPROVED, needs=partial(assessed, life))


def _let_go(life: Life) -> Steps:
    """What others have to allow before the release can be decided."""
    yield from approved(life)
    if life.waives:
        yield from waived(life, life.waives, Gate.RELEASE_READY)
