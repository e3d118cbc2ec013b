"""Controls before a deployment: request for change, early core components, change window."""

from datetime import datetime

from domain.controls.control import EvaluationContext, Finding, control, met, nothing, unmet
from domain.controls.objectives import STABILITY
from domain.controls.wording import examples
from domain.deploy.authorization import DeploymentAuthorized
from domain.deploy.deployments import CORE, DeploymentStarted
from domain.event import Recorded
from domain.lifecycle import Act, Gate
from domain.planning.rfc import RfcScheduled, RfcSubmitted
from domain.planning.rfc_decision import RfcDecided
from domain.portfolio.cohort import cohort
from domain.state.gates import Signoff
from domain.state.project import Project

CONSENTING = ("operations", "operations-experience")


@control(
    "rfc-approved",
    question="Is the request for change approved by the required body, and is the approval not expired?",
    objective=STABILITY,
    risk="a change is made in production without authorization",
    warrant="MOF 4.0, Deploy SMF: a processed RFC exists before deployment (process 1, rule 9)",
    by=("change-manager", "cab", "executive", "emergency-committee"),
    use=("submit-rfc", "decide-rfc", "authorize-deployment"),
)
def rfc_approved(context: EvaluationContext) -> Finding:
    submitted = context.project.facts.newest(RfcSubmitted)
    if Act.RFC in context.assumed:
        return met("this review also decides the request for change", *([submitted] if submitted else []))
    if submitted is None:
        return unmet("no request for change is submitted")
    rfc, began = submitted.event.rfc, _deployment(context)
    answers = {body: context.project.facts.latest(RfcDecided, f"{rfc}/{body}") for body in _bodies(context)}
    lacking = [why for body, answer in answers.items() if (why := _lacks(body, answer, submitted, began, context.now))]
    records = [submitted, *(answer for answer in answers.values() if answer)]
    if not answers:
        return unmet(
            f"policy {context.policy.label} defines no body that decides requests for {context.column} changes",
            submitted,
        )
    if lacking:
        return unmet(f"request for change {rfc}: {'; '.join(lacking)}", *records)
    if began and (why := _out_of_turn(context, began)):
        return unmet(why, *records, began)
    return met(
        f"request for change {rfc} is approved by {' and '.join(answers)}", *records, *([began] if began else [])
    )


def _deployment(context: EvaluationContext) -> Recorded[DeploymentStarted] | None:
    """The deployment under evaluation, if one has already started."""
    return context.project.facts.newest(DeploymentStarted) if context.point is Act.DEPLOYMENT else None


def _bodies(context: EvaluationContext) -> tuple[str, ...]:
    """The bodies that must approve by the policy, all of them."""
    rule = context.policy.gate("rfc", context.column)
    if rule is None:
        return ()
    return ("standing",) if rule.mode == "standing" else rule.decided_by


def _lacks(
    body: str, answer: Recorded[RfcDecided] | None, submitted: Recorded, began: Recorded | None, now: datetime
) -> str | None:
    """What the approval of one body lacks, if anything."""
    if answer is None:
        return f"not decided by {body}"
    if answer.version < submitted.version:
        return f"the decision by {body} is older than the current version of the request"
    if answer.event.outcome != "approved":
        return f"{answer.event.outcome} by {body}"
    if began and began.time < answer.measured_at:
        return f"{body} approved it only after the deployment began at {began.time:%Y-%m-%d %H:%M} UTC"
    until = answer.event.valid_until
    if until and (began.time if began else now) >= until:
        return f"the approval by {body} expired on {until:%Y-%m-%d %H:%M} UTC"
    return None


def _out_of_turn(context: EvaluationContext, began: Recorded[DeploymentStarted]) -> str | None:
    """What a deployment lacked when it started: an authorization (if required or named), or a valid
    release readiness.

    Early core components need no readiness; for all others, an authorization before the readiness does not count.
    """
    named, known = began.event.authorization, context.project.facts.parts(DeploymentAuthorized)
    given = [each for name, each in known.items() if named in (None, name) and _covers(each, began)]
    if not given and (named or context.strict):
        what = f"{began.event.attempt} started at {began.event.target}"
        return f"{what} without a valid authorization of this candidate for this target"
    ready = context.project.gates.passed(Gate.RELEASE_READY)
    if any(each.event.scope == "early-core" for each in given):
        return None
    if ready is None or not ready.covers(began.event.candidate_digest, began.time):
        return f"{began.event.attempt} started without a valid release readiness of this candidate"
    return (
        None
        if not given or given[-1].version > ready.version
        else "its authorization ended when release-ready was reversed"
    )


def _covers(given: Recorded[DeploymentAuthorized], began: Recorded[DeploymentStarted]) -> bool:
    scopes = ("core", "early-core") if began.event.target == CORE else ("site",)
    until = given.event.valid_until
    return (
        given.event.scope in scopes
        and given.event.candidate_digest == began.event.candidate_digest
        and given.measured_at <= began.time
        and (until is None or began.time < until)
    )


@control(
    "early-core-approved",
    question="Was the early deployment of core components approved separately, with the consent of operations?",
    objective=STABILITY,
    risk="core components change without the consent of operations",
    warrant="MSF 3.1, Deploying: core components ahead of the rest, if operations is confident (rule 10)",
    by=("operations", "operations-experience", "cab", "executive"),
    use=("give-signoff", "decide-rfc", "authorize-deployment"),
)
def early_core_approved(context: EvaluationContext) -> Finding:
    rfc, signoff = rfc_approved(context), _operations_signoff(context.project)
    versions = set(rfc.rests_on)
    if signoff:
        versions.add(signoff.version)
    rests_on = tuple(sorted(versions))
    if rfc.result != "met":
        return Finding("unmet", rfc.sentence, rests_on)
    if signoff is None:
        return Finding("unmet", "operations has not signed the current build", rests_on)
    if signoff.verdict != "go":
        return Finding(
            "unmet",
            f"operations does not consent: the last sign-off by {signoff.person} is {signoff.verdict}",
            rests_on,
        )
    return Finding("met", f"operations consents by the sign-off of {signoff.person}; {rfc.sentence}", rests_on)


def _operations_signoff(project: Project) -> Signoff | None:
    """The newest sign-off of operations in a review of the build."""
    reviews = [
        each for each in project.gates.reviews.values() if {Gate.BUILD_COMPLETED, Gate.RELEASE_READY} & {*each.gates}
    ]
    asked = [(review, required) for review in reviews for required in review.required if required.role in CONSENTING]
    signoffs = [signoff for review, required in asked if (signoff := review.signoff_for(required))]
    return max(signoffs, key=lambda signoff: signoff.version, default=None)


@control(
    "window-kept",
    question="Is the moment inside the approved change window and outside every freeze?",
    objective=STABILITY,
    risk="production changes outside the agreed time or during a freeze",
    warrant="MOF 4.0, Change and Configuration SMF, step 4: approve and schedule (mof.md §6)",
    by=("change-manager", "release-management"),
    use=("schedule-rfc",),
)
def window_kept(context: EvaluationContext) -> Finding:
    submitted, began = context.project.facts.newest(RfcSubmitted), _deployment(context)
    scheduled = context.project.facts.latest(RfcScheduled, submitted.event.rfc) if submitted else None
    moment = began.time if began else context.now
    records = [record for record in (scheduled, began) if record]
    frozen = _frozen(context, submitted, moment)
    if frozen and not (scheduled and scheduled.event.freeze_exception):
        return unmet(f"{moment:%Y-%m-%d %H:%M} UTC is in the freeze {examples(frozen)}, without an exception", *records)
    if scheduled is None:
        return nothing(context, "no change window is scheduled")
    window = scheduled.event.window
    window_text = f"the change window from {window.opens:%Y-%m-%d %H:%M} to {window.closes:%Y-%m-%d %H:%M} UTC"
    if not window.opens <= moment < window.closes:
        return unmet(f"{moment:%Y-%m-%d %H:%M} UTC is outside {window_text}", *records)
    return met(f"{moment:%Y-%m-%d %H:%M} UTC is in {window_text}", *records)


def _frozen(context: EvaluationContext, submitted: Recorded[RfcSubmitted] | None, moment: datetime) -> list[str]:
    """The freezes at a moment for the services that this project changes."""
    services = {cohort(context.project, "service") or "", *(submitted.event.services if submitted else ())}
    return [
        freeze.id
        for freeze in context.rulebook.freezes.values()
        if any(freeze.holds(each, moment) for each in services)
    ]
