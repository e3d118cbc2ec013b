"""Breaches."""

from domain.command import CommandContext
from domain.deploy.deployments import DeploymentStarted
from domain.lifecycle import Act
from domain.reviews.breaches import BreachRecorded, breaches_of
from tests.conftest import Act as Said
from tests.domain.openings import PROPOSED, classified
from tests.domain.reviews.small import begun, policy_of, rule
from tests.domain.story import Story

STARTED = DeploymentStarted(attempt="d1", candidate_digest="sha256:" + "b" * 64)
POLICY = policy_of(rule("candidate-tested", Act.DEPLOYMENT))


def causes(story: Story) -> list[str]:
    context = CommandContext("ada", story.now, story.policy, story.rulebook)
    found = breaches_of(story.project, Act.DEPLOYMENT, context)
    return [breach.cause for breach in found if isinstance(breach, BreachRecorded)]


def test_are_told_of_what_was_reported_after_the_fact() -> None:
    assert causes(begun(POLICY, STARTED)) == ["reported-after-the-fact"]


def test_are_observed_in_what_was_imported() -> None:
    source = "import:other"
    past = (Said(PROPOSED, origin=source), Said(classified("significant"), origin=source))
    imported = begun(POLICY, Said(STARTED, origin=source), past=past)
    assert causes(imported) == ["observed-import"]


def test_are_none_where_no_rule_is_broken() -> None:
    assert causes(begun(policy_of(rule("candidate-tested", Act.DEPLOYMENT, severity="record")), STARTED)) == []


def test_are_counted() -> None:
    told = BreachRecorded(act="deployment", version=6, results=(), cause="reported-after-the-fact")
    assert begun(POLICY, STARTED, told, told).project.gates.breaches == 2
