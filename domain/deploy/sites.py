"""Sites: planned sites, their sign-offs, and exclusions by agreement."""

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
    """A site was planned, or excluded by agreement (MOF 4.0, Deploy SMF: process 2, deploy sites).

    An `excluded` site is left to operations: `agreed_by` is the person who agreed. It counts if that person records it
    too, or signs for it.
    """

    site: Key
    owner: Person | None = None
    planned: Day | None = None
    state: Literal["planned", "excluded"] = "planned"
    agreed_by: Person | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.site == CORE:
            raise Rejected(f"site: the id {CORE} is reserved for the core components; use another id")
        if self.state == "excluded" and (self.agreed_by is None or self.reason is None):
            raise Rejected(
                f"agreed_by: to exclude site {self.site}, give the person who agreed (agreed_by) and a reason"
            )


class NoSitesDeclared(
    ProjectFact,
    kind="no-sites.declared/1",
    function=Phase.DEPLOY,
    command="declare-no-sites",
    evidence=(Gate.DEPLOYED,),
):
    """The solution has no sites besides the core, for a stated reason (MSF, Deploying)."""

    def check(self, project: Project, context: CommandContext) -> None:
        if self.reason is None:
            raise Rejected("reason: a declaration of no sites needs a reason; say where the solution runs")


class DeploymentSignedOff(
    ProjectFact,
    kind="deployment.signed-off/1",
    function=Phase.DEPLOY,
    command="sign-off-deployment",
    part="target",
    evidence=(Gate.DEPLOYED,),
):
    """The owner of a site or of the core components signed off its deployment (MOF 4.0, Deploy SMF: process 1).

    `owner` is the signer, `attempt` the deployment attempt that they signed.
    """

    target: Key
    owner: Person
    attempt: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        planned = self.target == CORE or project.facts.latest(SitePlanned, self.target)
        starts = project.facts.parts(DeploymentStarted)
        if not planned and self.target not in {start.event.target for start in starts.values()}:
            raise Rejected(f"target: {self.target} is not a planned or deployed site; plan it first (plan-site)")
        if self.attempt is not None and self.attempt not in starts:
            raise Rejected(
                f"attempt: deployment attempt {self.attempt} is not started; record its start first (start-deployment)"
            )


@dataclass(frozen=True, slots=True)
class Site:
    """The state of a planned site."""

    planned: Recorded[SitePlanned]
    signed_off: Recorded[DeploymentSignedOff] | None

    @property
    def open(self) -> bool:
        """Whether it is neither signed off nor excluded."""
        return self.signed_off is None and self.planned.event.state == "planned"


def sites(project: Project) -> list[Site]:
    """The state of every planned site, in one pass."""
    signed = project.facts.parts(DeploymentSignedOff)
    return [Site(planned, signed.get(site)) for site, planned in project.facts.parts(SitePlanned).items()]


def no_sites(project: Project) -> Recorded[NoSitesDeclared] | None:
    """The declaration of no sites, unless a site was planned later."""
    declared, planned = project.facts.latest(NoSitesDeclared), project.facts.newest(SitePlanned)
    return declared if declared and (planned is None or planned.version < declared.version) else None
