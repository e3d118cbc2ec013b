"""Outages: periods in which a service is unavailable for a share of its users."""

from collections.abc import Iterable

from domain.command import Rejected
from domain.values import Fact, Moment, Permille


class Outage(Fact):
    """A period in which a service was unavailable for a `share` of its users, in thousandths."""

    since: Moment
    until: Moment
    share: Permille = 1000


def check_outages(place: str, outages: Iterable[Outage]) -> None:
    """Raise `Rejected` if an outage ends before it begins."""
    if any(outage.until < outage.since for outage in outages):
        raise Rejected(f"{place}: the outage ends before it begins; give a later end")
