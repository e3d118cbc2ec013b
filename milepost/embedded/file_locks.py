"""Locks: files that the system unlocks when their holder ends, however it ends."""

import fcntl
from io import FileIO
from pathlib import Path


def take(lock: Path, mode: int) -> FileIO | None:
    """The lock, held until it is closed or the process ends however it ends; None while others hold it."""
    file = FileIO(lock, "r+")
    try:
        fcntl.flock(file, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
