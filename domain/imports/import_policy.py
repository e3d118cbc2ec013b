"""The policy of an import, which evaluates imported histories and blocks nothing."""

from collections.abc import Iterator

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.imports.import_events import ORIGIN
from domain.policy.rulebook import Rulebook
from domain.policy_changes.adoption import AdoptPolicy, PolicyAdopted, follows


class AdoptForImport(AdoptPolicy, listed=False):
    """Adopt a policy for imported histories; it blocks nothing and therefore needs no second person."""

    def decide(self, state: Rulebook, context: CommandContext) -> Iterator[DecidedEvent]:
        if not context.origin.startswith(ORIGIN) or not self.policy.observed_only:
            raise Rejected("policy.observed_only: an import can adopt only a policy with observed_only = true")
        if state.policies.get(self.policy.label) == self.policy:
            return
        follows(state, self.policy)
        yield DecidedEvent(
            PolicyAdopted(
                policy=self.policy,
                effective_from=context.now,
                proposed_by=self.proposed_by,
                approved_by=(context.who,),
            ),
            context.role,
        )
