"""Everything there is in the domain: all of its modules, so that the catalogue of kinds is whole."""

import importlib
import pkgutil
from collections.abc import Mapping

import domain
from domain.event import Event, catalogue


def kinds() -> Mapping[str, type[Event]]:
    """Every kind that the domain can write, and older ones that it can read, by name."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    return {
        name: kind.event for name, kind in sorted(catalogue().items()) if kind.event.__module__.startswith("domain.")
    }


KINDS = kinds()
