"""A terminal for a program to run in."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
from contextlib import suppress

from tests.milepost.cli.conftest import PROGRAM, ROOT, clean


def in_terminal(*arguments: str, width: int = 80, **environment: str) -> str:
    """All that `milepost …` prints in a terminal of this width, control sequences included."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    kept = {name: value for name, value in clean(**environment).items() if name != "COLUMNS"}
    process = subprocess.Popen(
        [*PROGRAM, *arguments], cwd=ROOT, env=kept | {"TERM": "xterm"}, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    found = b""
    with suppress(OSError):  # Linux says so where nobody has the other end any more
        while more := os.read(ours, 65_536):
            found += more
    os.close(ours)
    process.wait(60)
    return found.decode().replace("\r\n", "\n")
