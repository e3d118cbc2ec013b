"""Sites: where the solution is to go, who signed for it there, and what was left out by agreement."""

from dataclasses import dataclass
from typing import Literal

from domain.command import CommandContext, Rejected
from domain.deploy.deployments import CORE, DeploymentStarted
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Day, Key, Person


class SitePlanned(
    ProjectFact,
    kind="site.planned/1",
    function=Phase.DEPLOY,
    command="plan-site",
    part="site",
    evidence=(Gate.DEPLOYED,),
    per_person=True,
):
    """A site is to get the solution, or is left out by agreement (MOF 4.0, Deploy SMF: process 2, deploy sites).

    A site that is `excluded` is left to operations: `agreed_by` says who agreed, the reason why. It counts where they
    tell it too, or sign for it.
    """

    site: Key
    owner: Person | None = None
    planned: Day | None = None
    state: Literal["planned", "excluded"] = "planned"
    agreed_by: Person | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.site == CORE:
            raise Rejected(f"site: {CORE} means the core components, call the site something else")
        if self.state == "excluded" and (self.agreed_by is None or self.reason is None):
            raise Rejected(f"agreed_by: {self.site} can only be left out with who agreed to it, and a reason")


class NoSitesDeclared(
    ProjectFact,
    kind="no-sites.declared/1",
    function=Phase.DEPLOY,
    command="declare-no-sites",
    evidence=(Gate.DEPLOYED,),
):
    """There are no sites to deploy to beside the core, as somebody stands up for with a reason (MSF, Deploying)."""

    def check(self, project: Project, context: CommandContext) -> None:
        if self.reason is None:
            raise Rejected("reason: that there are no sites needs a reason, say where the solution runs")


class DeploymentSignedOff(
    ProjectFact,
    kind="deployment.signed-off/1",
    function=Phase.DEPLOY,
    command="sign-off-deployment",
    part="target",
    evidence=(Gate.DEPLOYED,),
):
    """The owner of a site, or of the core components, signed that it is deployed (MOF 4.0, Deploy SMF: process 1).

    `owner` is who signed the sheet, `attempt` the one that they signed for.
    """

    target: Key
    owner: Person
    attempt: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        planned = self.target == CORE or project.facts.latest(SitePlanned, self.target)
        starts = project.facts.parts(DeploymentStarted)
        if not planned and self.target not in {start.event.target for start in starts.values()}:
            raise Rejected(f"target: {self.target} is no site that was planned or deployed to, plan it first")
        if self.attempt is not None and self.attempt not in starts:
            raise Rejected(f"attempt: {self.attempt} never started, record its start first")


@dataclass(frozen=True, slots=True)
class Site:
    """A planned site as it stands."""

    planned: Recorded[SitePlanned]
    signed_off: Recorded[DeploymentSignedOff] | None

    @property
    def open(self) -> bool:
        """Whether it is neither signed off nor left out."""
        return self.signed_off is None and self.planned.event.state == "planned"


def sites(project: Project) -> list[Site]:
    """Every planned site, in one pass."""
    signed = project.facts.parts(DeploymentSignedOff)
    return [Site(planned, signed.get(site)) for site, planned in project.facts.parts(SitePlanned).items()]


def no_sites(project: Project) -> Recorded[NoSitesDeclared] | None:
    """The word that there are no sites, unless one has been planned since."""
    declared, planned = project.facts.latest(NoSitesDeclared), project.facts.newest(SitePlanned)
    return declared if declared and (planned is None or planned.version < declared.version) else None
