"""`python requirements.py EXTRA…`: look whether all that Milepost requires with these extras is installed.

`pip check` doesn't look at what an extra requires: without `crc32c`, which `kafka-python[crc32c]` wants, it is content.
"""

import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement


def find_broken(requirement: Requirement, seen: set[str]) -> Iterator[str]:
    """A sentence for each requirement under this one that is missing or installed in another version."""
    if str(requirement) in seen:
        return
    seen.add(str(requirement))
    try:
        found = distribution(requirement.name)
    except PackageNotFoundError:
        yield f"{requirement} is not installed"
        return
    if not requirement.specifier.contains(found.version, prereleases=True):
        yield f"{requirement} is installed as {found.version}"
    for needed in _requirements_of(found, requirement.extras):
        yield from find_broken(needed, seen)


def _requirements_of(found: Distribution, extras: set[str]) -> Iterator[Requirement]:
    """What a distribution requires on this machine, with some of its extras."""
    for requirement in map(Requirement, found.requires or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


if __name__ == "__main__":
    extras = f"[{','.join(sys.argv[1:])}]" if sys.argv[1:] else ""
    broken = list(find_broken(Requirement(f"milepost{extras}"), set()))
    print("\n".join(broken) or "all is installed")
    sys.exit(bool(broken))
