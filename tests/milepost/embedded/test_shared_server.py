"""Sharing a server."""

from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from unittest.mock import Mock

import pytest

from milepost.embedded.shared_server import Patience, Shared, Sharing


@dataclass
class Clock:
    """A clock that goes on while its owner sleeps."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Spent(Exception):
    """Patience came to its end."""


@dataclass
class Waiting:
    """Somebody with half a minute's patience, whose words are kept."""

    said: list[str] = field(default_factory=list[str])
    words: str = ""

    def patience(self) -> Patience:
        return Patience(30, 1, "Tea", lambda: self.words, self.said.append, Spent, since=0)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("milepost.embedded.shared_server.time", clock)
    return clock


@pytest.fixture
def sharing(tmp_path: Path) -> Sharing:
    (tmp_path / "users.lock").touch()
    return Sharing(tmp_path / "users.lock", Mock())


def ends(sharing: Sharing) -> int:
    assert isinstance(sharing.end, Mock)
    return sharing.end.call_count


def share(sharing: Sharing) -> FileIO:
    return sharing.share() or pytest.fail("nobody ends it")


def test_ends_a_server_with_its_last_user(sharing: Sharing) -> None:
    first, second = share(sharing), share(sharing)
    sharing.leave(first)
    assert ends(sharing) == 0
    sharing.leave(second)
    assert ends(sharing) == 1


def test_ends_nothing_twice(sharing: Sharing) -> None:
    with Shared(sharing, share(sharing)) as server:
        server.stop()
    assert ends(sharing) == 1


def test_ends_what_nobody_uses(sharing: Sharing) -> None:
    with share(sharing):
        sharing.end_unused()
        assert ends(sharing) == 0
    sharing.end_unused()
    assert ends(sharing) == 1


def test_lets_nobody_join_a_server_that_ends(tmp_path: Path) -> None:
    found: list[object] = []
    (tmp_path / "users.lock").touch()
    ours = Sharing(tmp_path / "users.lock", lambda: found.append(ours.share()))
    ours.leave(share(ours))
    assert found == [None]


def test_finds_a_server_with_patience(sharing: Sharing) -> None:
    looks = iter([False, False, True])
    with sharing.joined(lambda share: share if next(looks) else None, Waiting().patience()):
        sharing.end_unused()
        assert ends(sharing) == 0


def test_waits_while_the_last_user_ends_the_server(tmp_path: Path) -> None:
    def end() -> None:
        with pytest.raises(Spent, match=r"^Tea is not ready \(another process starts or stops it\) after 31 s\."):
            ours.joined(Mock(), Waiting().patience())

    (tmp_path / "users.lock").touch()
    ours = Sharing(tmp_path / "users.lock", Mock(side_effect=end))
    ours.leave(share(ours))
    assert ends(ours) == 1


def test_leaves_a_server_alone_that_needs_longer(sharing: Sharing) -> None:
    held: list[FileIO] = []
    with pytest.raises(Spent, match=r"\(boiling\) after 31 s\. It goes on; start again later\."):
        sharing.joined(held.append, Waiting(words="cold\nboiling").patience())
    assert all(one.closed for one in held)
    assert ends(sharing) == 0


def test_ends_a_server_that_fails(sharing: Sharing) -> None:
    with pytest.raises(ZeroDivisionError):
        sharing.joined(lambda share: 1 // 0, Waiting().patience())
    assert ends(sharing) == 1


def test_says_every_ten_seconds_what_is_waited_for(sharing: Sharing, clock: Clock) -> None:
    waiting = Waiting(words="cold")
    sharing.joined(lambda share: share if clock.now > 25 else None, waiting.patience()).close()
    assert waiting.said == [f"Tea is not ready (cold) after {seconds} s; waiting…" for seconds in (11, 22)]
