"""An outage."""

from datetime import timedelta

import pytest

from domain.command import Rejected
from domain.deploy.outages import Outage, check_outages
from tests.conftest import START


def test_ends_after_it_begins() -> None:
    check_outages("outages", [Outage(since=START, until=START + timedelta(minutes=5), share=250)])
    check_outages("outages", [Outage(since=START, until=START)])
    with pytest.raises(Rejected, match="outages: the outage ends before it begins; give a later end"):
        check_outages("outages", [Outage(since=START, until=START - timedelta(minutes=5))])
