"""Chaos: every row of the fault matrix, many times over; prints what was found, and fails where that is anything.

Each row is tried by a process of its own, on ground of its own, several at once. Without a choice of rows the mutations
are tried, too, that a test must find.

python -m tests.chaos [--long] [ROW…]
"""

import shutil
import subprocess
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from time import monotonic

from milepost.embedded.kafka.broker_cluster import Brokers as Running
from milepost.embedded.kafka.broker_cluster import start as start_brokers
from milepost.embedded.kafka.class_cache import warm
from milepost.embedded.postgres.server import start
from tests.brokers import JARS, drop
from tests.chaos import teeth
from tests.chaos.checker import ANOMALIES
from tests.chaos.field import Ground
from tests.chaos.lives import forking
from tests.chaos.row import Outcome, Row
from tests.chaos.rows import ROWS
from tests.milepost.conftest import reachable

AT_ONCE = 2
"""Rows side by side."""
ALONE = "--alone"


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


@contextmanager
def _ground() -> Generator[Ground]:
    folder, clusters = reachable(), list[Running]()

    def cluster(count: int) -> Running:
        clusters.append(start_brokers(folder / f"kafka{len(clusters)}", JARS, _say, count))
        return clusters[-1]

    try:
        with start(folder / "data", _say) as server, forking() as forks:
            yield Ground(server, cluster(1).bootstrap, cluster, forks)
    finally:
        for one in clusters:
            drop(one)
        shutil.rmtree(folder)


def _tried(row: Row, ground: Ground, long: bool) -> bool:
    """Whether nothing was found; a row that breaks off is told of, and the others follow."""
    dose, began = row.large if long else row.small, monotonic()
    try:
        outcome = row.tried(ground, dose)
    except Exception as fault:
        print(f"{row.name:6} {row.what}: BROKE OFF after {monotonic() - began:.0f} s: {fault!r:.500}", flush=True)
        return False
    print(_line(row, dose.times, outcome, monotonic() - began), flush=True)
    return not outcome.anomalies


def _line(row: Row, times: int, outcome: Outcome, seconds: float) -> str:
    found = ", ".join(f"{name} {outcome.found[name]}" for name in ANOMALIES if name in outcome.found) or "0 anomalies"
    notes = "".join(f"; {name}: {count:,}" for name, count in outcome.notes.items())
    bound = f"at most {min(1, 3 / times):.1%} with 95 % confidence"
    return f"{row.name:6} {row.what}: {times} times in {seconds:.0f} s: {found} ({bound}){notes}"


def _alone(row: Row, long: bool) -> int:
    with _ground() as ground:
        return 0 if _tried(row, ground, long) else 1


def _by_a_process(row: Row, long: bool) -> bool:
    """The same by a process of its own, so that one that breaks takes no other with it."""
    program = [sys.executable, "-m", "tests.chaos", ALONE, *(["--long"] if long else []), row.name]
    found = subprocess.run(program, capture_output=True, text=True, check=False)
    print(found.stdout.strip() or f"{row.name:6} {row.what}: ENDED: {found.stderr.strip()[-500:]}", flush=True)
    return found.returncode == 0


def main(words: list[str]) -> int:
    long, chosen = "--long" in words, [word for word in words if not word.startswith("-")]
    if ALONE in words:
        return _alone(next(row for row in ROWS if row.name == chosen[0]), long)
    warm(JARS, print)
    rows = [row for row in ROWS if not chosen or set(row.name.split()) & set(chosen)]
    with ThreadPoolExecutor(AT_ONCE) as several:
        tried = [several.submit(_by_a_process, row, long) for row in rows]
        whole = [one.result() for one in as_completed(tried)]
    print(f"{sum(whole)} of {len(whole)} rows without an anomaly")
    bites = teeth.main() if not chosen else 0
    return 0 if all(whole) and not bites else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
