"""Tests of procedures: deployment, rollback, operations, support and restore."""

from typing import Literal

from domain.command import CommandContext, Rejected
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Document, Name

Procedure = Literal["deployment", "rollback", "operations", "support", "restore"]


class ProcedureTested(
    ProjectFact,
    kind="procedure.tested/1",
    function=Phase.STABILIZE,
    command="test-procedure",
    part="procedure",
    evidence=(Gate.RELEASE_READY,),
    repeatable=True,
):
    """A procedure was tested, in the pilot or elsewhere (MOF 4.0, Stabilize SMF: process 3, rule 8)."""

    procedure: Procedure
    where: Name
    passed: bool
    document: Document | None = None


class RollbackRuledOut(
    ProjectFact,
    kind="rollback.ruled-out/1",
    function=Phase.STABILIZE,
    command="rule-out-rollback",
    evidence=(Gate.RELEASE_READY,),
):
    """Rollback is impossible, for a stated reason (Change and Configuration SMF: back-out)."""

    def check(self, project: Project, context: CommandContext) -> None:
        if self.reason is None:
            raise Rejected("reason: a declaration of no rollback needs a reason; say why and what is done instead")
