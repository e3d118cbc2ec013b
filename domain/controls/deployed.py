"""The controls that Deploy is done: what was approved is in production, everywhere, stable, and operations owns it."""

from domain.controls.consent import own_word
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
    question="Is the digest in production the digest that was approved?",
    objective=STABILITY,
    risk="what runs is not what was tested and approved",
    warrant="21 CFR 11.70 by analogy: an approval stays bound to what it was given on",
    by=("release-management", "operations"),
    use=("finish-deployment", "roll-back-deployment", "choose-candidate"),
)
def deployed_what_was_approved(context: EvaluationContext) -> Finding:
    left_out = {each.planned.event.site for each in sites(context.project) if each.planned.event.state == "excluded"}
    found = {name: each for name, each in in_production(context.project).items() if name not in left_out}
    approved = _approved(context)
    if not found:
        return unmet("nothing is in production, as far as is on record")
    if approved is None:
        return nothing(context, "no candidate was approved that production could be held against")
    records = [approved, *(each.because for each in found.values())]
    others = [name for name, each in found.items() if each.digest != approved.event.digest]
    candidate = f"candidate {approved.event.candidate}, which was approved"
    if others:
        return unmet(f"{examples(others)}: something else is in production than {candidate}", *records)
    return met(f"{candidate}, is in production at {examples(found)}", *records)


def _approved(context: EvaluationContext) -> Recorded[CandidateChosen] | None:
    """The candidate that was chosen when the release was found ready."""
    ready = context.project.gates.passed(Gate.RELEASE_READY)
    if ready is None:
        return chosen_candidate(context.project) if Gate.RELEASE_READY in context.assumed else None
    chosen = context.project.facts.history(CandidateChosen)
    return next((each for each in reversed(chosen) if each.version < ready.version), None)


@control(
    "sites-complete",
    question="Is every planned site signed off, declared not applicable, or left to operations by agreement?",
    objective=STABILITY,
    risk="the project ends and some sites were never served",
    warrant="MSF 3.1, Deploying: site deployments complete; MSF 4: sites left to operations (mof.md §4)",
    by=("release-management", "operations"),
    use=("plan-site", "sign-off-deployment", "declare-no-sites"),
)
def sites_complete(context: EvaluationContext) -> Finding:
    declared, planned = no_sites(context.project), sites(context.project)
    if declared:
        return met("there are no sites, with a reason on record", declared)
    if not planned:
        return nothing(context, "no site is planned, and nobody has said that there are none")
    production = in_production(context.project)
    lacking = [each for each in planned if each.open or _changed_since(each, production)]
    records = [record for each in planned for record in (each.planned, each.signed_off) if record]
    if lacking:
        names = examples(each.planned.event.site for each in lacking)
        return unmet(
            f"{len(lacking)} of {counted(len(planned), 'site')} not signed off as deployed now: {names}", *records
        )
    left_out = [each.planned for each in planned if each.planned.event.state == "excluded"]
    imposed = [each for each in left_out if not own_word(context, each, each.event.agreed_by or "")]
    if imposed:
        names = examples(f"{each.event.site} ({each.event.agreed_by})" for each in imposed)
        return unmet(f"left out without the word of who is said to agree, who has to tell it too: {names}", *records)
    left = len(left_out)
    return met(
        f"{len(planned) - left} of {counted(len(planned), 'site')} signed off, {left} left out by agreement", *records
    )


def _changed_since(site: Site, production: dict[str, InProduction]) -> bool:
    """Whether what its owner signed for is no longer what stands there."""
    last = production.get(site.planned.event.site)
    return bool(
        last
        and site.signed_off
        and site.planned.event.state == "planned"
        and site.signed_off.version < last.because.version
    )


@control(
    "deployment-stable",
    question="Does it do in production what it should: verified (standard, minor) or agreed by customer and team?",
    objective=STABILITY,
    risk="the project is closed on a solution that doesn't work",
    warrant="MOF 4.0, Deploy SMF: stabilize deployment (process 3, rules 11 and 12)",
    by=("release-management", "customer", "operations"),
    use=("confirm-deployment-stable", "finish-deployment"),
)
def deployment_stable(context: EvaluationContext) -> Finding:
    told = context.project.facts.newest(DeploymentConfirmedStable)
    if told is None:
        return unmet("nobody has verified yet that it does in production what it should")
    attempt = told.event.attempt
    if told.version < last_change(context.project):
        return unmet(f"{attempt} was found stable, but something was deployed or rolled back since", told)
    states: dict[str, str] = {each.started.event.attempt: each.state for each in attempts(context.project)}
    state = states.get(attempt, "not on record")
    if state not in ("succeeded", "partial"):
        return unmet(f"{attempt} was found stable, but that deployment is {state}", told)
    silent = _not_agreed(context, told) if context.strict else []
    if silent:
        return unmet(f"{attempt} was found stable, but {' and '.join(silent)} has not agreed", told)
    return met(f"{attempt} does in production what it should, as {told.who} says", told)


def _not_agreed(context: EvaluationContext, told: Recorded[DeploymentConfirmedStable]) -> list[str]:
    """Which of customer and team is not among those who agreed: who told it, and who is named and signs for it."""
    team, since = {*context.policy.team_roles, ACCOUNTABLE}, last_change(context.project)
    tellings = context.project.facts.history(DeploymentConfirmedStable, told.event.attempt)
    people = {each.who for each in tellings if each.version > since}
    people.update(person for person in told.event.agreed_by if own_word(context, told, person))
    roles = {role for person in people for role in context.project.team.roles_of(person, told.measured_at)}
    return [side for side, agreed in (("the customer", "customer" in roles), ("the team", roles & team)) if not agreed]


@control(
    "quiet-period-passed",
    question="Has the quiet period run its planned length?",
    objective=STABILITY,
    risk="the team leaves before the first bad week",
    warrant="MSF 4.0, Deploy: quiet period (rule 12, mof.md §4)",
    by=("release-management", "operations"),
    use=("start-quiet-period",),
)
def quiet_period_passed(context: EvaluationContext) -> Finding:
    running = quiet_period(context.project)
    if running is None:
        return unmet("the quiet period of what is in production now has not begun")
    until = f"{running.event.planned_until:%Y-%m-%d %H:%M} UTC"
    if context.now < running.event.planned_until:
        return unmet(f"the quiet period runs until {until}", running)
    return met(f"the quiet period ran until {until}", running)


@control(
    "ownership-transferred",
    question="Has operations accepted ownership?",
    objective=READINESS,
    risk="the project is over and nobody owns what it left",
    warrant="MOF 4.0, Deploy SMF: the solution is transferred to operations (rule 12, goal G7)",
    by=("operations", "support", "release-management"),
    use=("transfer-ownership",),
)
def ownership_transferred(context: EvaluationContext) -> Finding:
    told = context.project.facts.latest(OwnershipTransferred)
    if told is None:
        return unmet("operations has not accepted ownership yet")
    person, unit = told.event.accepted_by, told.event.to_unit
    if not OPERATIONS & context.project.team.roles_of(person, told.measured_at):
        return unmet(f"{person} accepted ownership for {unit} without being granted operations or support here", told)
    if not own_word(context, told, person):
        return unmet(f"{told.who} says that {person} accepted ownership for {unit}: {person} has to tell it too", told)
    return met(f"{unit} owns it, as {person} accepted", told)
