"""The account that the embedded servers run as, and how a program is run as it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # and nothing of the caller's


@dataclass(frozen=True)
class OsUser:
    """The user of the operating system that a server of ours runs as: never root."""

    name: str
    uid: int
    gid: int

    @property
    def switches(self) -> bool:
        """Whether programs must change to this user, because we are root."""
        return os.geteuid() == 0

    def options(self) -> dict[str, Any]:
        """What `subprocess` is told so that a program runs as this user, with nothing of ours."""
        drop: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switches else {}
        return {"env": _ENVIRONMENT, "cwd": "/", "stdin": subprocess.DEVNULL} | drop

    def run(self, *command: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run a short program as this user; its words, on both outputs, are in `stdout`."""
        more = self.options() | {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "errors": "replace"} | more
        return subprocess.run(command, check=False, timeout=300, text=True, **more)

    def reaches(self, path: Path) -> bool:
        """Whether this user may run the program or pass through the folder."""
        return self.run("/bin/sh", "-c", 'test -x "$0"', path).returncode == 0

    def adopt(self, path: Path) -> None:
        """Give a file or folder of ours to this user."""
        if self.switches:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
