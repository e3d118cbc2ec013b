"""Locks."""

import fcntl
import os
import signal
from pathlib import Path

import pytest

from milepost.embedded.file_locks import take
from tests.milepost.servers import until


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    found = tmp_path / "a.lock"
    found.touch()
    return found


def test_are_held_by_one_alone(lock: Path) -> None:
    with take(lock, fcntl.LOCK_EX) or pytest.fail("it is free"):
        assert take(lock, fcntl.LOCK_SH) is None
    assert not _is_held(lock)


def test_are_shared_where_that_is_asked_for(lock: Path) -> None:
    first, second = take(lock, fcntl.LOCK_SH), take(lock, fcntl.LOCK_SH)
    assert first
    assert second
    with first, second:
        assert _is_held(lock)


def test_end_with_a_holder_who_is_killed(lock: Path) -> None:
    holder = os.fork()
    if holder == 0:
        while (taken := take(lock, fcntl.LOCK_EX)) is None:
            pass  # while the test looks
        signal.pause()
        taken.close()
        os._exit(0)
    until(lambda: _is_held(lock))
    os.kill(holder, signal.SIGKILL)
    os.waitpid(holder, 0)
    assert not _is_held(lock)


def _is_held(lock: Path) -> bool:
    taken = take(lock, fcntl.LOCK_EX)
    if taken:
        taken.close()
    return taken is None
