"""The controls before anything goes into production: the request for change, early core components, the window."""

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
    question="Is the request for change approved by the body that its category asks for, and not expired?",
    objective=STABILITY,
    risk="a change is made in production without authority",
    warrant="MOF 4.0, Deploy SMF: a processed RFC exists before deployment (process 1, rule 9)",
    by=("change-manager", "cab", "executive", "emergency-committee"),
    use=("submit-rfc", "decide-rfc", "authorize-deployment"),
)
def rfc_approved(context: EvaluationContext) -> Finding:
    submitted = context.project.facts.newest(RfcSubmitted)
    if Act.RFC in context.assumed:
        return met("the request for change is decided together with this gate", *([submitted] if submitted else []))
    if submitted is None:
        return unmet("no request for change was submitted, so none is approved")
    rfc, began = submitted.event.rfc, _deployment(context)
    answers = {body: context.project.facts.latest(RfcDecided, f"{rfc}/{body}") for body in _bodies(context)}
    lacking = [why for body, answer in answers.items() if (why := _lacks(body, answer, submitted, began, context.now))]
    records = [submitted, *(answer for answer in answers.values() if answer)]
    if not answers:
        return unmet(
            f"policy {context.policy.label} names nobody who decides requests for {context.column} changes", submitted
        )
    if lacking:
        return unmet(f"request for change {rfc}: {'; '.join(lacking)}", *records)
    if began and (why := _out_of_turn(context, began)):
        return unmet(why, *records, began)
    return met(
        f"request for change {rfc} is approved by {' and '.join(answers)}", *records, *([began] if began else [])
    )


def _deployment(context: EvaluationContext) -> Recorded[DeploymentStarted] | None:
    """The deployment that is looked at, where it is one that has begun already."""
    return context.project.facts.newest(DeploymentStarted) if context.point is Act.DEPLOYMENT else None


def _bodies(context: EvaluationContext) -> tuple[str, ...]:
    """Who has to approve, each of them, by the policy."""
    rule = context.policy.gate("rfc", context.column)
    if rule is None:
        return ()
    return ("standing",) if rule.mode == "standing" else rule.decided_by


def _lacks(
    body: str, answer: Recorded[RfcDecided] | None, submitted: Recorded, began: Recorded | None, now: datetime
) -> str | None:
    """What is missing from the approval of one body, if anything."""
    if answer is None:
        return f"{body} has not decided it"
    if answer.version < submitted.version:
        return f"{body} decided it before it was submitted as it is now"
    if answer.event.outcome != "approved":
        return f"{body} has {answer.event.outcome} it"
    if began and began.time < answer.measured_at:
        return f"{body} approved it only after {began.time:%Y-%m-%d %H:%M} UTC, when the deployment began"
    until = answer.event.valid_until
    if until and (began.time if began else now) >= until:
        return f"the approval by {body} ended on {until:%Y-%m-%d %H:%M} UTC"
    return None


def _out_of_turn(context: EvaluationContext, began: Recorded[DeploymentStarted]) -> str | None:
    """What a deployment lacked as it began: an authorization, where many sign or it names one; a readiness that held.

    Early core components go ahead of readiness; for all else what was authorized before it was granted counts no more.
    """
    named, known = began.event.authorization, context.project.facts.parts(DeploymentAuthorized)
    given = [each for name, each in known.items() if named in (None, name) and _covers(each, began)]
    if not given and (named or context.strict):
        what = f"{began.event.attempt} began at {began.event.target}"
        return f"{what} without an authorization of this candidate there that held then"
    ready = context.project.gates.passed(Gate.RELEASE_READY)
    if any(each.event.scope == "early-core" for each in given):
        return None
    if ready is None or not ready.covers(began.event.candidate_digest, began.time):
        return f"{began.event.attempt} began without a release readiness of these bytes that held then"
    return None if not given or given[-1].version > ready.version else "its authorization ended with the readiness lost"


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
    question="Was early deployment of core components approved on its own, with operations' consent?",
    objective=STABILITY,
    risk="core components change under a service whose operators were not asked",
    warrant="MSF 3.1, Deploying: core components ahead of the rest, if operations is confident (rule 10)",
    by=("operations", "operations-experience", "cab", "executive"),
    use=("give-signoff", "decide-rfc", "authorize-deployment"),
)
def early_core_approved(context: EvaluationContext) -> Finding:
    rfc, word = rfc_approved(context), _word_of_operations(context.project)
    versions = set(rfc.rests_on)
    if word:
        versions.add(word.version)
    rests_on = tuple(sorted(versions))
    if rfc.result != "met":
        return Finding("unmet", rfc.sentence, rests_on)
    if word is None:
        return Finding("unmet", "operations has signed nothing about what was built", rests_on)
    if word.verdict != "go":
        return Finding("unmet", f"operations does not consent: {word.person} signed {word.verdict} last", rests_on)
    return Finding("met", f"operations consents, by the word of {word.person}, and {rfc.sentence}", rests_on)


def _word_of_operations(project: Project) -> Signoff | None:
    """What operations said last in a review of what was built."""
    reviews = [
        each for each in project.gates.reviews.values() if {Gate.BUILD_COMPLETED, Gate.RELEASE_READY} & {*each.gates}
    ]
    asked = [(review, required) for review in reviews for required in review.required if required.role in CONSENTING]
    words = [word for review, required in asked if (word := review.given(required))]
    return max(words, key=lambda word: word.version, default=None)


@control(
    "window-kept",
    question="Is now inside the approved window and outside every freeze?",
    objective=STABILITY,
    risk="production changes when nobody expects it, or when it must not",
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
        return unmet(
            f"{moment:%Y-%m-%d %H:%M} UTC lies in the freeze {examples(frozen)}, without an exception", *records
        )
    if scheduled is None:
        return nothing(context, "no window was scheduled for this change")
    window = scheduled.event.window
    told = f"the window from {window.opens:%Y-%m-%d %H:%M} to {window.closes:%Y-%m-%d %H:%M} UTC"
    if not window.opens <= moment < window.closes:
        return unmet(f"{moment:%Y-%m-%d %H:%M} UTC lies outside {told}", *records)
    return met(f"{moment:%Y-%m-%d %H:%M} UTC lies in {told}", *records)


def _frozen(context: EvaluationContext, submitted: Recorded[RfcSubmitted] | None, moment: datetime) -> list[str]:
    """The freezes that hold then for what this project changes."""
    services = {cohort(context.project, "service") or "", *(submitted.event.services if submitted else ())}
    return [
        freeze.id
        for freeze in context.rulebook.freezes.values()
        if any(freeze.holds(each, moment) for each in services)
    ]
