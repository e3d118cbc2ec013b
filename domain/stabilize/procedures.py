"""Procedures: deployment, roll-back, operations, support and restoring, tried out before they are needed."""

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
    """A procedure was carried out as a trial, in the pilot or elsewhere (MOF 4.0, Stabilize SMF: process 3, rule 8)."""

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
    """There can be no roll-back, as somebody stands up for with a reason (Change and Configuration SMF: back-out)."""

    def check(self, project: Project, context: CommandContext) -> None:
        if self.reason is None:
            raise Rejected("reason: that there can be no roll-back needs a reason, say why and what is done instead")
