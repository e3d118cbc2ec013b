"""Histories that the figures are taken over."""

from collections import defaultdict

from bench import history
from domain.codec import decode
from domain.event import Recorded
from domain.policy.policy import Policy
from domain.state.project import fold

EVENTS = history.LIFE_EVENTS * history.AT_ONCE


def test_are_real_events_of_projects_that_went_the_whole_way(policy: Policy) -> None:
    stored = list(history.copies(history.life(policy), "bench", EVENTS + 10, after=2))
    assert [line.position for line in stored] == list(range(3, EVENTS + 13))
    streams: dict[str, list[Recorded]] = defaultdict(list)
    for line in stored:
        recorded = decode(line.data)
        assert (recorded.log, recorded.stream, recorded.version) == ("bench", line.stream, line.version)
        streams[line.stream].append(recorded)
    assert len(streams) == history.AT_ONCE + 10
    whole = fold(streams["project-copy-7"])
    assert (whole.version, whole.status.next_gate) == (history.LIFE_EVENTS, None)
    assert len({recorded.id for told in streams.values() for recorded in told}) == len(stored)


def test_are_as_long_as_asked(policy: Policy) -> None:
    told = history.long(policy, 200)
    assert fold(told).version == len(told) == 200
