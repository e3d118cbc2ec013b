"""Memory of processes, each page counted once however many share it (`Pss` of proc(5))."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PSS = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


def share_of(pid: int) -> float:
    """Megabytes of a process and all that it started; what has ended has none."""
    megabytes = 0.0
    with suppress(OSError, AttributeError):
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
        megabytes = int(found[1]) / 1024 if found else 0.0
        megabytes += sum(map(share_of, _children(pid)))
    return megabytes


def _children(pid: int) -> Iterable[int]:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (thread / "children").read_text().split())


class Peak:
    """The most that groups of processes had at once."""

    def __init__(self) -> None:
        self.megabytes: dict[str, float] = {}

    def note(self, **groups: Iterable[int]) -> None:
        """What each group has now, and all together."""
        now = {name: round(sum(map(share_of, pids))) for name, pids in groups.items()}
        for name, found in {**now, "all": sum(now.values())}.items():
            self.megabytes[name] = max(found, self.megabytes.get(name, 0))
