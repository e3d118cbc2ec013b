"""`python -m tests.kep FILE`: import the whole history, look at all that is known of it, import it again, verify."""

import json
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from domain.codec import decode
from milepost.embedded.postgres.server import start
from milepost.imports import Imported, import_file, mapping_from, people_of
from milepost.log.export import export
from milepost.log.migrate import APPLICATION, migrate
from milepost.log.open_log import open_log
from milepost.log.store import Log
from milepost.log.verify import verify
from milepost.log.writer import Writer
from milepost.policies import default_policy
from tests.kep.claims import Claims
from tests.kep.file import History, check_file
from tests.kep.told import Histories, check_log
from tests.kep.ways import check_ways

MAPPING = Path(__file__).parents[2] / "examples" / "kep.toml"


@contextmanager
def fresh_log() -> Generator[tuple[Log, Path]]:
    """A log on a server of its own, and the folder of both; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="milepost-kep-"))
    folder.chmod(0o755)
    try:
        with start(folder / "data", print) as server:
            migrate(server.superuser_url, password=server.password(APPLICATION))
            log = Log(server.application_url)
            open_log(log, "test/kep", default_policy())
            yield log, folder
            log.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(file: Path) -> int:
    claims, mapping = Claims(), mapping_from(MAPPING)
    check_file(History(file), mapping, claims)
    with fresh_log() as (log, folder), Writer(log) as writer:
        people = people_of(folder / "people")
        tried = import_file(log, writer, file, mapping, people, "ada", dry_run=True)
        first = import_file(log, writer, file, mapping, people, "ada")
        again = import_file(log, writer, file, mapping, people, "ada")
        check_log(_histories(log), claims)
        claims.equal("a trial says what the import does", tried.line(), first.line())
        _check_account(first, again, claims)
        claims.equal("the exported log verifies", [], [str(finding) for finding in verify(export(log)).findings])
        check_ways(log, folder, claims)
    for broken in claims.broken:
        print(f"BROKEN {broken}")
    print(f"{claims.kept} claims kept; {first.events / first.seconds:.0f} events a second, of {first.seconds:.1f} s")
    print(json.dumps(first.line()))
    return len(claims.broken) > 0


def _histories(log: Log) -> Histories:
    found: Histories = {}
    for stored in log.events():
        if stored.stream.startswith("project-"):
            recorded = decode(stored.data)
            found.setdefault(recorded.key, []).append(recorded)
    return found


def _check_account(first: Imported, again: Imported, claims: Claims) -> None:
    counts = first.line()
    accounted = sum(counts[fate] for fate in ("applied", "no_effect", "skipped", "refused"))
    claims.equal("lines in, lines accounted for", first.lines, accounted)
    claims.equal("a repeat adds", (0, 0), (again.events, again.line()["applied"]))
    claims.equal(
        "a repeat refuses and skips the same", first.account.reasons("refused"), again.account.reasons("refused")
    )
    claims.equal(
        "placeholders refused",
        130,
        sum(len(n) for reason, n in first.account.reasons("refused").items() if "'0.0'" in reason),
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python -m tests.kep FILE: name the file with the history")
    sys.exit(main(Path(sys.argv[1])))
