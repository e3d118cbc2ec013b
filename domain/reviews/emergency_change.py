"""Emergency changes: the committee approves every gate up to release-ready at once, and other controls are deferred."""

from collections.abc import Iterator
from dataclasses import replace

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.lifecycle import GATES, Gate, SupportingFunction
from domain.reviews.policy_moves import as_held_now
from domain.reviews.review_call import CallReview, ReviewCalled
from domain.reviews.signoffs import GiveSignoff
from domain.state.project import Project, ProjectCommand
from domain.values import Key, Text


class ApproveEmergencyChange(ProjectCommand, function=SupportingFunction.REVIEW):
    """Call, sign and decide one review of every gate up to release-ready; unmet controls are deferred with a due date.

    Only for a member of the emergency committee who does not implement the change. If data or money can be lost, two
    members must give this command. The reason applies to every warning.
    """

    review: Key = "fix-now"
    reason: Text

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        if state.entry.priority != "emergency":
            raise Rejected("this change is not classified as an emergency; call its reviews one by one (call-review)")
        gates = tuple(gate for gate in _FIX_NOW if not state.gates.passed(gate))
        if not gates:
            raise Rejected("every gate up to release-ready is already passed; authorize the deployment next")
        known = state.gates.reviews.get(self.review)
        if known is None or not known.open:
            yield from self._called(state, gates, context)
            context = as_held_now(state, context)  # the call may have moved the project to another policy
        signoff = GiveSignoff(review=self.review, role="emergency-committee", reason=self.reason)
        yield from signoff.decide(state, context)

    def _called(self, project: Project, gates: tuple[Gate, ...], context: CommandContext) -> Iterator[DecidedEvent]:
        for decided in CallReview(review=self.review, gates=gates, reason=self.reason).decide(project, context):
            event, requester = decided.event, {"submitted_by": project.entry.requester}
            called = event.model_copy(update=requester) if isinstance(event, ReviewCalled) else event
            yield replace(decided, event=called)


_FIX_NOW = GATES[GATES.index(Gate.ENVISIONED) : GATES.index(Gate.DEPLOYED)]
