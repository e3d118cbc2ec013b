"""Sharing a server of ours: joined with patience by whoever needs it, ended by the last who leaves it."""

import fcntl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Self, TypeVar

from milepost.embedded.file_locks import take
from milepost.embedded.say import Say

T = TypeVar("T")


@dataclass
class Patience:
    """Looks again and again, says every ten seconds what it waits for, and gives up after so many seconds."""

    seconds: float
    beat: float
    awaited: str
    last_words: Callable[[], str]
    say: Say
    spent: type[Exception]
    since: float = field(default_factory=time.monotonic)

    def until(self, look: Callable[[], T | None]) -> T:
        """What a look finds at last. Raises `spent` where it finds nothing in time."""
        said_at = 0.0
        while (found := look()) is None:
            waited = time.monotonic() - self.since
            if waited > self.seconds:
                raise self.spent(f"{self._state()} after {waited:.0f} s. It goes on; start again later.")
            if waited - said_at > 10:
                self.say(f"{self._state()} after {waited:.0f} s; waiting…")
                said_at = waited
            time.sleep(self.beat)
        return found

    def _state(self) -> str:
        last = self.last_words().rpartition("\n")[2]
        return f"{self.awaited} is not ready ({last or 'another process starts or stops it'})"


@dataclass(frozen=True)
class Sharing:
    """How processes share a server: each holds a share of a lock, and the last to give its share back ends it."""

    users: Path
    end: Callable[[], None]

    def share(self) -> FileIO | None:
        """A share of ours; None while the last user ends the server."""
        return take(self.users, fcntl.LOCK_SH)

    def leave(self, share: FileIO) -> None:
        """Give a share back, unless that is done already."""
        if not share.closed:
            share.close()
            self.end_unused()

    def end_unused(self) -> None:
        """End the server, unless a process has a share."""
        if (alone := take(self.users, fcntl.LOCK_EX)) is not None:
            with alone:  # so that nobody joins a server that ends
                self.end()

    def joined(self, look: Callable[[FileIO], T | None], patience: Patience) -> T:
        """What a look finds once we have a share; a server that only needs longer than we wait is left to go on."""
        share = patience.until(self.share)
        try:
            return patience.until(lambda: look(share))
        except patience.spent:
            share.close()
            raise
        except BaseException:
            self.leave(share)
            raise


@dataclass(frozen=True)
class Shared:
    """A running server that this process uses: within a `with`, or until `stop`."""

    _sharing: Sharing = field(repr=False)
    _share: FileIO = field(repr=False)

    def stop(self) -> None:
        """Use it no longer; unless others do, or it is kept running, it stops. Raises its error where it can't."""
        self._sharing.leave(self._share)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()
