"""Transfer of ownership to operations."""

from typing import Annotated

from pydantic import Field

from domain.lifecycle import Gate, Phase
from domain.state.project import ProjectFact
from domain.values import Document, Key, Person


class OwnershipTransferred(
    ProjectFact,
    kind="ownership.transferred/1",
    function=Phase.DEPLOY,
    command="transfer-ownership",
    evidence=(Gate.DEPLOYED,),
    per_person=True,
):
    """Ownership was transferred to a unit of operations; `accepted_by` accepted it (MOF 4.0, Deploy: goal G7).

    It counts if that person records it too, or signs for it.
    """

    to_unit: Key
    accepted_by: Person
    documents: Annotated[tuple[Document, ...], Field(max_length=20)] = ()
