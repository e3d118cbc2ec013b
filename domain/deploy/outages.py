"""Outages: from when to when a service was down, and for which share of its users."""

from collections.abc import Iterable

from domain.command import Rejected
from domain.values import Fact, Moment, Permille


class Outage(Fact):
    """A time in which a service was not there for a `share` of its users, in thousandths."""

    since: Moment
    until: Moment
    share: Permille = 1000


def check_outages(place: str, outages: Iterable[Outage]) -> None:
    """Raise `Rejected` where an outage ends before it begins."""
    if any(outage.until < outage.since for outage in outages):
        raise Rejected(f"{place}: an outage can't end before it begins")
