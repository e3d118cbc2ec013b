"""`python modules.py ABSENT…`: import every module of Milepost; only the named packages may be missing."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

PACKAGES = ("domain", "projections", "consumers", "milepost")


def main(absent: list[str]) -> int:
    missing = set[str]()
    for name in (module for package in PACKAGES for module in _modules(package)):
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            missing.add(error.name or str(error))
    unexpected = [name for name in missing if not f"{name}.".startswith(tuple(f"{known}." for known in absent))]
    print(f"missing: {', '.join(sorted(missing)) or 'nothing'}")
    return 1 if unexpected else 0


def _modules(name: str) -> Iterator[str]:
    """A package, its modules and those of its packages, without their programs."""
    yield name
    for module in iter_modules(import_module(name).__path__, f"{name}."):
        if module.ispkg:
            yield from _modules(module.name)
        elif not module.name.endswith(".__main__"):
            yield module.name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
