"""Documents as evidence: digests, preparers and verification."""

from typing import Annotated, Literal

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import MILESTONES, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Count, Digest, Key, Name, Person

DocumentType = Literal[
    "project-structure",
    "design",
    "plan",
    "rollback-plan",
    "test-specification",
    "test-results",
    "release-notes",
    "workaround",
    "training",
    "operations-guide",
    "support-guide",
    "minutes",
    "report",
    "other",
]
"""The types of documents that controls refer to (MOF 4.0, Deliver Phase: documents and deliverables)."""


class DocumentRecorded(
    ProjectFact,
    kind="document.recorded/1",
    function=Phase.BUILD,
    command="record-document",
    part="document",
    evidence=MILESTONES,
):
    """A version of a document was recorded as evidence, bound by the digest of its bytes (21 CFR 11.10(b)).

    `about` names the subjects of the document: a feature, a candidate, a pilot issue.
    `size` is in bytes. Rejected if this version is recorded with another digest.
    """

    document: Key
    type: DocumentType
    title: Name
    version: Name = "1"
    digest: Digest
    size: Count | None = None
    media: Name | None = None
    location: Name | None = None
    supersedes: Key | None = None
    about: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    prepared_by: Person | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        for known in project.facts.history(DocumentRecorded, self.document):
            if known.event.version == self.version and known.event.digest != self.digest:
                raise Rejected(
                    f"digest: version {self.version} of document {self.document} has another digest; "
                    "record a new version"
                )
        if self.supersedes is not None and project.facts.latest(DocumentRecorded, self.supersedes) is None:
            raise Rejected(f"supersedes: document {self.supersedes} is not recorded; record it first (record-document)")


class EvidenceVerified(
    ProjectFact,
    kind="evidence.verified/1",
    function=Phase.BUILD,
    command="verify-evidence",
    part="document",
    repeatable=True,
):
    """The retrieval of a document was verified: unchanged, changed or not found (21 CFR 11.10(b)).

    `digest` is the expected digest, `found` the digest of the retrieved bytes, none if nothing was found.
    """

    document: Key
    digest: Digest
    found: Digest | None = None

    @property
    def result(self) -> Literal["same", "different", "missing"]:
        if self.found is None:
            return "missing"
        return "same" if self.found == self.digest else "different"

    def check(self, project: Project, context: CommandContext) -> None:
        known = project.facts.history(DocumentRecorded, self.document)
        if self.digest not in {record.event.digest for record in known}:
            raise Rejected(
                f"digest: document {self.document} has no version with this digest; "
                "check the digest or record the document"
            )


def documents(project: Project, of_type: DocumentType | None = None) -> list[Recorded[DocumentRecorded]]:
    """The newest version of each document that is not superseded, optionally of one type, oldest first."""
    newest = project.facts.parts(DocumentRecorded)
    superseded = {record.event.supersedes for record in newest.values()}
    found = [
        record
        for document, record in newest.items()
        if document not in superseded and of_type in (None, record.event.type)
    ]
    return sorted(found, key=lambda record: record.version)


def preparers(project: Project) -> set[str]:
    """The preparers of the current documents: `prepared_by`, else who recorded it."""
    return {record.event.prepared_by or record.who for record in documents(project)}


def not_found_again(project: Project) -> list[Recorded[DocumentRecorded]]:
    """The documents whose newest version was not found under its digest."""
    looked = project.facts.parts(EvidenceVerified)
    return [
        record
        for record in documents(project)
        if not (
            (last := looked.get(record.event.document))
            and last.event.digest == record.event.digest
            and last.event.result == "same"
        )
    ]
