"""Core components that go ahead of the rest: a major change's early deployment, with operations' consent."""

from datetime import timedelta

from domain.deploy.deployments import DeploymentFinished, DeploymentStarted
from domain.planning.rfc import RfcScheduled, Window
from domain.reviews.deployment_authorization import AuthorizeDeployment
from milepost.demo.simulation.life import Life, Steps
from milepost.demo.simulation.office import DAY
from milepost.demo.simulation.planning_phase import request
from milepost.demo.simulation.stabilize_phase import approved

LENGTH = timedelta(days=9)
NAME = "early-core"


def core_first(life: Life) -> Steps:
    """Approved on its own and deployed, where no freeze is near; the rest is then asked for anew."""
    word = life.words.get("operations")
    consent = [written.id for written in word().events] if word and life.column == "major" else []
    if not consent or not life.happens(0.4) or life.world.thawed(life.now, 3 * LENGTH) != life.now:
        return
    yield from approved(life)
    opens = life.at(DAY)
    window = RfcScheduled(rfc="r1", window=Window(opens=opens, closes=opens + LENGTH))
    yield life.act("change-manager", window, hours=1)
    yield from _deployed(life, consent[0])
    yield life.act("release-management", request(life, 2), hours=life.hours(DAY))


def _deployed(life: Life, consent: str) -> Steps:
    digest = life.digest(NAME)
    allowed = AuthorizeDeployment(
        authorization=NAME,
        scope="early-core",
        candidate_digest=digest,
        operations_consent=consent,
        components=("database",),
        reason="the copying takes a week",
    )
    yield life.act("release-management", allowed, hours=2 * DAY)
    begun = DeploymentStarted(attempt=NAME, candidate_digest=digest, authorization=NAME)
    yield life.act("pipeline", begun, hours=1)
    ended = DeploymentFinished(attempt=NAME, result="succeeded", digest_found=digest)
    yield life.act("pipeline", ended, hours=life.hours(3))
