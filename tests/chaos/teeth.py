"""Teeth: each mutation of the product must make a named test fail; `python -m tests.chaos.teeth` tries them all.

A mutation is tried in a copy of the repository, whose tests are run by this one's Python.
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 300


@dataclass(frozen=True)
class Mutation:
    """What is wrong then, in which file which words are replaced, and by which test that must be found."""

    what: str
    file: str
    was: str
    becomes: str
    test: str


MUTATIONS = [
    Mutation(
        "the position is saved before the sends are checked",
        "consumers/kafka/batch_publisher.py",
        "        while self.in_flight:\n",
        "        while self.in_flight and not self.in_flight:\n",
        "tests/consumers/kafka/test_faults_relay.py::test_relay_saves_nothing_that_no_broker_acknowledged",
    ),
    Mutation(
        "a send that failed is passed over",
        "consumers/kafka/batch_publisher.py",
        '        raise future.exception or KafkaTimeoutError("a record was never acknowledged")\n',
        "        pass\n",
        "tests/consumers/kafka/test_faults_relay.py::test_relay_publishes_again_what_a_producer_gave_up",
    ),
    Mutation(
        "no version is checked",
        "consumers/read_models/apply.py",
        "        else:\n            _demand_same(state, item)\n",
        "        else:\n            _fold(projection, state, item)\n",
        "tests/consumers/read_models/test_projector.py::test_takes_in_once_what_it_hears_twice",
    ),
    Mutation(
        "a lost offset is reset to the latest",
        "consumers/kafka/client.py",
        '"auto_offset_reset": "none"',
        '"auto_offset_reset": "latest"',
        "tests/consumers/kafka/test_faults_topic.py::"
        "test_projector_stops_at_a_truncated_topic_and_continues_after_republication",
    ),
    Mutation(
        "the position is written apart from the rows",
        "consumers/read_models/batch_writer.py",
        "            with connection.transaction():\n"
        "                with connection.pipeline():\n"
        "                    found = [connection.execute(one.sql, (Json(one.rows, bytes),))"
        " for one in self._statements]\n",
        "            with connection.transaction():\n"
        "                found = [connection.execute(one.sql, (Json(one.rows, bytes),))"
        " for one in self._statements[:1]]\n"
        "            with connection.transaction():\n"
        "                with connection.pipeline():\n"
        "                    found += [connection.execute(one.sql, (Json(one.rows, bytes),)) for one in"
        " self._statements[1:]]\n",
        "tests/chaos/test_rows.py::test_finds_no_anomaly[C4 connections of read models die, transactions fail]",
    ),
    Mutation(
        "an event goes to any partition",
        "consumers/kafka/batch_publisher.py",
        "            partition = partition_of(event.stream)\n",
        "            partition = partition_of(str(event.position))\n",
        "tests/consumers/kafka/test_relay.py::test_relay_publishes_every_event_once_in_stream_order_as_stored",
    ),
    Mutation(
        "no epoch is checked",
        "consumers/kafka/lease.py",
        "WHERE log = %s AND epoch = %s",
        "WHERE log = %s AND epoch >= %s",
        "tests/consumers/kafka/test_relay.py::test_relay_stops_publishing_after_lease_loss",
    ),
]


def bites(mutation: Mutation, copy: Path) -> str:
    """Why the mutation isn't found; nothing where the named test fails with it, and passes without it."""
    path = copy / mutation.file
    whole = path.read_text()
    assert whole.count(mutation.was) == 1, f"{mutation.file} no longer holds {mutation.was!r} once"
    if _run(copy, mutation.test) != 0:
        return "the test fails without it, too"
    path.write_text(whole.replace(mutation.was, mutation.becomes))
    found = _run(copy, mutation.test) == 1
    path.write_text(whole)
    return "" if found else "the test passes with it"


def _run(copy: Path, test: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider", test]
    return subprocess.run(command, cwd=copy, capture_output=True, timeout=SECONDS, check=False).returncode


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="milepost-teeth-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "*.egg-info"))
        missed = 0
        for mutation in MUTATIONS:
            why = bites(mutation, copy)
            missed += bool(why)
            print(f"{f'NOT FOUND, {why}' if why else 'found'}: {mutation.what} ({mutation.test})", flush=True)
    print(f"{len(MUTATIONS) - missed} of {len(MUTATIONS)} mutations found")
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
