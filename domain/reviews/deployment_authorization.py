"""Authorization of a deployment: a permission that is checked when granted and required before the start."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.controls.evaluation import evaluate
from domain.deploy.authorization import DeploymentAuthorized
from domain.lifecycle import Act, Gate, Phase
from domain.planning.rfc import RfcSubmitted
from domain.reviews.breaches import evaluation_context
from domain.reviews.review_call import at_work
from domain.stabilize.candidates import chosen_candidate
from domain.state.authority import acting_as
from domain.state.project import Project, ProjectCommand
from domain.values import Digest, EventId, Key, Moment, Text

AUTHORIZED_BY = ("release-management", "change-manager", "operations", "emergency-committee", "solution-manager")


class AuthorizeDeployment(ProjectCommand, function=Phase.DEPLOY):
    """Authorize the deployment of a candidate to core or sites; before release-ready only for core components."""

    authorization: Key
    scope: Literal["early-core", "core", "site"] = "core"
    candidate_digest: Digest | None = None
    operations_consent: EventId | None = None
    valid_until: Moment | None = None
    components: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        at_work(state)
        if state.facts.latest(DeploymentAuthorized, self.authorization):
            raise Rejected(f"authorization: the id {self.authorization} is already used; choose another id")
        role = acting_as(state, context, AUTHORIZED_BY, "authorize a deployment")
        self._kept(state, context)
        yield DecidedEvent(self._authorization(state), role)

    def _kept(self, project: Project, context: CommandContext) -> None:
        ready = project.gates.passed(Gate.RELEASE_READY)
        if self.scope != "early-core" and ready is None:
            raise Rejected(
                "scope: release-ready is not passed; "
                "until then only core components can be authorized (scope early-core)"
            )
        if ready and ready.valid_until and context.now >= ready.valid_until:
            raise Rejected(
                f"release readiness expired on {ready.valid_until:%Y-%m-%d %H:%M} UTC; "
                "call a new review of release-ready"
            )
        if self.scope == "early-core" and self.operations_consent is None:
            raise Rejected(
                "operations_consent: scope early-core needs the consent of operations; "
                "give the id of its sign-off event"
            )
        approved = ready.candidate_digest if ready and self.scope != "early-core" else None
        if approved and self.candidate_digest not in (None, approved):
            raise Rejected(
                f"candidate_digest: only {approved} is approved as release-ready; "
                "call a review for another candidate first"
            )
        point = Act.EARLY_CORE if self.scope == "early-core" else Act.AUTHORIZATION
        results = evaluate(evaluation_context(project, point, context))
        stays = [result for result in results if result.blocks or (result.warns and self.reason is None)]
        if stays:
            raise Rejected("; ".join(f"{result.control}: {result.sentence}" for result in stays[:3]))

    def _authorization(self, project: Project) -> DeploymentAuthorized:
        chosen, rfc = chosen_candidate(project), project.facts.newest(RfcSubmitted)
        ready = project.gates.passed(Gate.RELEASE_READY) if self.scope != "early-core" else None
        found_ready = ready.candidate_digest if ready else None
        digest = self.candidate_digest or found_ready or (chosen.event.digest if chosen else None)
        if digest is None:
            raise Rejected("candidate_digest: no candidate is chosen; give the digest of the build to deploy")
        return DeploymentAuthorized(
            authorization=self.authorization,
            scope=self.scope,
            candidate_digest=digest,
            rfc=rfc.event.rfc if rfc else None,
            operations_consent=self.operations_consent,
            valid_until=self.valid_until,
            components=self.components,
            reason=self.reason,
        )
