"""`python -m tests.install`: install each lock into fresh environments by several pips and Pythons, and check each.

It runs before there is an environment, so it and all that it imports is standard library only.
"""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.install.environment import Environment, InstallFailed, choose_environments
from tests.install.pythons import find_pythons


def main() -> int:
    """Check every environment, as many at a time as there are cores; the exit code."""
    pythons = find_pythons()
    print(f"Pythons found: {', '.join(map(str, pythons))}", flush=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = list(pool.map(_passes, choose_environments(pythons)))
    print(f"{passed.count(True)} passed, {passed.count(False)} failed")
    return 0 if all(passed) else 1


def _passes(environment: Environment) -> bool:
    """Check one environment in a folder that is gone afterwards, and print how it went."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="milepost-install-") as folder:
        try:
            environment.check(Path(folder))
        except InstallFailed as failure:
            print(f"{environment}: FAILED\n{failure}", flush=True)
            return False
    print(f"{environment}: {time.monotonic() - began:.0f} s", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
