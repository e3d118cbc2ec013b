"""The emergency's way: one member of the committee opens every gate up to the release, and the rest is owed."""

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
    """Call, sign and decide the one review that gets the service back: all that is put off is owed, with a date.

    Only a member of the emergency committee who doesn't implement the change; where data or money can be lost two of
    them, each by this command. The reason stands for every warning.
    """

    review: Key = "fix-now"
    reason: Text

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        if state.entry.priority != "emergency":
            raise Rejected("this change is no emergency: call its reviews one by one")
        gates = tuple(gate for gate in _FIX_NOW if not state.gates.passed(gate))
        if not gates:
            raise Rejected("every gate up to the release is passed already")
        known = state.gates.reviews.get(self.review)
        if known is None or not known.open:
            yield from self._called(state, gates, context)
            context = as_held_now(state, context)  # calling may have moved it to another policy
        signoff = GiveSignoff(review=self.review, role="emergency-committee", reason=self.reason)
        yield from signoff.decide(state, context)

    def _called(self, project: Project, gates: tuple[Gate, ...], context: CommandContext) -> Iterator[DecidedEvent]:
        for decided in CallReview(review=self.review, gates=gates, reason=self.reason).decide(project, context):
            event, requester = decided.event, {"submitted_by": project.entry.requester}
            called = event.model_copy(update=requester) if isinstance(event, ReviewCalled) else event
            yield replace(decided, event=called)


_FIX_NOW = GATES[GATES.index(Gate.ENVISIONED) : GATES.index(Gate.DEPLOYED)]
