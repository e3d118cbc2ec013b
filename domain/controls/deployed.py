"""Controls of Deploy: the approved digest is in production at every site, stable, and owned by operations."""

from domain.controls.consent import is_confirmed_by
from domain.controls.control import EvaluationContext, Finding, control, met, nothing, unmet
from domain.controls.objectives import READINESS, STABILITY
from domain.controls.release_ready import OPERATIONS
from domain.controls.wording import counted, examples
from domain.deploy.deployments import InProduction, attempts, in_production, last_change
from domain.deploy.ownership import OwnershipTransferred
from domain.deploy.sites import Site, no_sites, sites
from domain.deploy.stabilization import DeploymentConfirmedStable, quiet_period
from domain.envision.team import ACCOUNTABLE
from domain.event import Recorded
from domain.lifecycle import Gate
from domain.stabilize.candidates import CandidateChosen, chosen_candidate


@control(
    "deployed-what-was-approved",
    question="Is the digest in production the approved digest?",
    objective=STABILITY,
    risk="production runs a build that was not tested and approved",
    warrant="21 CFR 11.70 by analogy: an approval is bound to the approved record",
    by=("release-management", "operations"),
    use=("finish-deployment", "roll-back-deployment", "choose-candidate"),
)
def deployed_what_was_approved(context: EvaluationContext) -> Finding:
    left_out = {each.planned.event.site for each in sites(context.project) if each.planned.event.state == "excluded"}
    found = {name: each for name, each in in_production(context.project).items() if name not in left_out}
    approved = _approved(context)
    if not found:
        return unmet("no deployment to production is recorded")
    if approved is None:
        return nothing(context, "no approved candidate is recorded to compare production with")
    records = [approved, *(each.because for each in found.values())]
    others = [name for name, each in found.items() if each.digest != approved.event.digest]
    candidate = f"the approved candidate {approved.event.candidate}"
    if others:
        return unmet(f"{examples(others)}: production does not run {candidate}", *records)
    return met(f"{candidate} is in production at {examples(found)}", *records)


def _approved(context: EvaluationContext) -> Recorded[CandidateChosen] | None:
    """The candidate that was chosen when release-ready was passed."""
    ready = context.project.gates.passed(Gate.RELEASE_READY)
    if ready is None:
        return chosen_candidate(context.project) if Gate.RELEASE_READY in context.assumed else None
    chosen = context.project.facts.history(CandidateChosen)
    return next((each for each in reversed(chosen) if each.version < ready.version), None)


@control(
    "sites-complete",
    question="Is every planned site signed off, declared not applicable, or excluded by agreement?",
    objective=STABILITY,
    risk="the project ends although some sites have no deployment",
    warrant="MSF 3.1, Deploying: site deployments complete; MSF 4: sites left to operations (mof.md §4)",
    by=("release-management", "operations"),
    use=("plan-site", "sign-off-deployment", "declare-no-sites"),
)
def sites_complete(context: EvaluationContext) -> Finding:
    declared, planned = no_sites(context.project), sites(context.project)
    if declared:
        return met("there are no sites (reason recorded)", declared)
    if not planned:
        return nothing(context, "no site is planned, and no declaration of no sites is recorded")
    production = in_production(context.project)
    lacking = [each for each in planned if each.open or _changed_since(each, production)]
    records = [record for each in planned for record in (each.planned, each.signed_off) if record]
    if lacking:
        names = examples(each.planned.event.site for each in lacking)
        return unmet(
            f"{len(lacking)} of {counted(len(planned), 'site')} without a sign-off of the current deployment: {names}",
            *records,
        )
    left_out = [each.planned for each in planned if each.planned.event.state == "excluded"]
    imposed = [each for each in left_out if not is_confirmed_by(context, each, each.event.agreed_by or "")]
    if imposed:
        names = examples(f"{each.event.site} ({each.event.agreed_by})" for each in imposed)
        return unmet(
            f"excluded without a confirmation by the person named as agreeing, who must record it: {names}", *records
        )
    left = len(left_out)
    return met(
        f"{len(planned) - left} of {counted(len(planned), 'site')} signed off, {left} excluded by agreement", *records
    )


def _changed_since(site: Site, production: dict[str, InProduction]) -> bool:
    """Whether the deployment at a site has changed since its sign-off."""
    last = production.get(site.planned.event.site)
    return bool(
        last
        and site.signed_off
        and site.planned.event.state == "planned"
        and site.signed_off.version < last.because.version
    )


@control(
    "deployment-stable",
    question="Is the deployment stable: verified (standard, minor) or agreed by customer and team?",
    objective=STABILITY,
    risk="the project is closed although the solution does not work",
    warrant="MOF 4.0, Deploy SMF: stabilize deployment (process 3, rules 11 and 12)",
    by=("release-management", "customer", "operations"),
    use=("confirm-deployment-stable", "finish-deployment"),
)
def deployment_stable(context: EvaluationContext) -> Finding:
    stable = context.project.facts.newest(DeploymentConfirmedStable)
    if stable is None:
        return unmet("no deployment is confirmed as stable yet")
    attempt = stable.event.attempt
    if stable.version < last_change(context.project):
        return unmet(f"{attempt} was confirmed as stable, but a deployment or rollback followed", stable)
    states: dict[str, str] = {each.started.event.attempt: each.state for each in attempts(context.project)}
    state = states.get(attempt, "not recorded")
    if state not in ("succeeded", "partial"):
        return unmet(f"{attempt} was confirmed as stable, but that deployment is {state}", stable)
    missing = _not_agreed(context, stable) if context.strict else []
    if missing:
        return unmet(f"{attempt} was confirmed as stable, but without the agreement of {' and '.join(missing)}", stable)
    return met(f"{attempt} is stable, confirmed by {stable.who}", stable)


def _not_agreed(context: EvaluationContext, stable: Recorded[DeploymentConfirmedStable]) -> list[str]:
    """Which of customer and team has not agreed, neither by an own report nor by confirming this one."""
    team, since = {*context.policy.team_roles, ACCOUNTABLE}, last_change(context.project)
    reports = context.project.facts.history(DeploymentConfirmedStable, stable.event.attempt)
    people = {each.who for each in reports if each.version > since}
    people.update(person for person in stable.event.agreed_by if is_confirmed_by(context, stable, person))
    roles = {role for person in people for role in context.project.team.roles_of(person, stable.measured_at)}
    return [side for side, agreed in (("the customer", "customer" in roles), ("the team", roles & team)) if not agreed]


@control(
    "quiet-period-passed",
    question="Has the quiet period reached its planned end?",
    objective=STABILITY,
    risk="the team leaves before early production problems appear",
    warrant="MSF 4.0, Deploy: quiet period (rule 12, mof.md §4)",
    by=("release-management", "operations"),
    use=("start-quiet-period",),
)
def quiet_period_passed(context: EvaluationContext) -> Finding:
    running = quiet_period(context.project)
    if running is None:
        return unmet("the quiet period of the current deployment has not started")
    until = f"{running.event.planned_until:%Y-%m-%d %H:%M} UTC"
    if context.now < running.event.planned_until:
        return unmet(f"the quiet period runs until {until}", running)
    return met(f"the quiet period ran until {until}", running)


@control(
    "ownership-transferred",
    question="Has operations accepted ownership?",
    objective=READINESS,
    risk="the solution has no owner after the project",
    warrant="MOF 4.0, Deploy SMF: the solution is transferred to operations (rule 12, goal G7)",
    by=("operations", "support", "release-management"),
    use=("transfer-ownership",),
)
def ownership_transferred(context: EvaluationContext) -> Finding:
    transfer = context.project.facts.latest(OwnershipTransferred)
    if transfer is None:
        return unmet("operations has not accepted ownership yet (transfer-ownership)")
    person, unit = transfer.event.accepted_by, transfer.event.to_unit
    if not OPERATIONS & context.project.team.roles_of(person, transfer.measured_at):
        return unmet(
            f"{person} accepted ownership for {unit} without the role operations or support in this project", transfer
        )
    if not is_confirmed_by(context, transfer, person):
        return unmet(
            f"{transfer.who} recorded that {person} accepted ownership for {unit}; {person} must record it too",
            transfer,
        )
    return met(f"{person} accepted ownership for {unit}", transfer)
