"""Evidence: the facts that a review examines, bound by digests, to which sign-offs refer."""

from collections.abc import Iterable

from domain.controls.evaluation import digest_of
from domain.lifecycle import Gate
from domain.state.gates import Evidence
from domain.state.project import Project, ProjectFact

ANSWERS_FOR: dict[str, tuple[str, ...]] = {
    "tester": ("test-run.", "defect.", "candidate.", "pilot.", "build."),
    "developer": ("feature.", "build.", "specification.", "candidate.", "document."),
    "user-experience": ("feature.", "requirement.", "document.", "test-run."),
    "operations": ("readiness-item.", "procedure.", "plan.", "rfc.", "document.", "deployment.", "quiet-period."),
    "support": ("readiness-item.", "procedure.", "plan.", "document.", "incident."),
    "release-management": ("candidate.", "pilot.", "procedure.", "plan.", "rfc.", "document.", "deployment.", "site."),
}
"""The kinds of fact that a role is responsible for: while they are unchanged, its sign-off carries to the next attempt.

Other roles are responsible for all kinds. Within an attempt a sign-off refers to all evidence.
"""


def evidence_of(project: Project, gates: Iterable[Gate]) -> tuple[Evidence, ...]:
    """The evidence of these gates: for each kind of fact the number, and one digest over the newest bytes."""
    looked_at = set(gates)
    found: list[Evidence] = []
    for kind in project.facts.kinds():
        if issubclass(kind, ProjectFact) and looked_at.intersection(kind.evidence_for):
            records = sorted(project.facts.parts(kind).values(), key=lambda record: record.version)
            if records:
                digest = digest_of(record.leaf.hex() for record in records)
                found.append(Evidence(item=kind.kind, count=len(records), digest=digest, newest=records[-1].id))
    return tuple(sorted(found, key=lambda evidence: evidence.item))


def evidence_digest(evidence: Iterable[Evidence], role: str | None = None) -> str:
    """One digest over the evidence, or over the part that a role is responsible for."""
    kinds = ANSWERS_FOR.get(role or "")
    return digest_of(f"{e.item} {e.count} {e.digest}" for e in evidence if kinds is None or e.item.startswith(kinds))
