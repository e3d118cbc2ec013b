"""Openings: small pasts that many tests begin with."""

from collections.abc import Callable

from domain.portfolio.proposal import ProjectProposed
from tests.conftest import Given

GivenPast = Callable[..., Given]
"""The fixture `given`: a project's past, from events and acts."""

PROPOSED = ProjectProposed(title="Pay", project_kind="it_service", service="pay", customer="sales", requester="ada")
