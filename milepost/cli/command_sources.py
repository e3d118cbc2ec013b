"""Where each command of the command line is defined, and in which section of the help it stands.

The commands of the domain are all in one module; their sections are MOF's functions.
"""

from typing import NamedTuple


class Source(NamedTuple):
    """A module of this package, the function in it that makes its commands, and what `--help` calls their section."""

    module: str
    factory: str
    section: str
    names: tuple[str, ...]
    needs_log: bool = False


SOURCES = (
    Source("showing", "showing_commands", "Query", ("projects", "show", "why", "trail", "inbox"), needs_log=True),
    Source("running", "running_commands", "Run", ("serve", "demo", "simulate")),
    Source("hooking", "hooking_commands", "Run", ("webhook",)),
    Source("doctoring", "doctoring_commands", "Operate", ("doctor",)),
    Source("lagging", "lagging_commands", "Operate", ("lag",)),
    Source("projecting", "projecting_commands", "Operate", ("projections",)),
    Source("parking", "parking_commands", "Operate", ("parked",)),
    Source("running", "running_commands", "Operate", ("migrate", "catalogue")),
    Source("bringing", "importing_commands", "Log", ("import",), needs_log=True),
    Source("moving", "moving_commands", "Log", ("export", "verify", "log"), needs_log=True),
    Source("brokering", "kafka_commands", "Kafka", ("kafka",)),
    Source("carrying", "carrying_commands", "Kafka", ("relay", "project")),
)
FUNCTIONS = {
    "portfolio": "Portfolio",
    "envision": "Envision",
    "planning": "Project Planning",
    "build": "Build",
    "stabilize": "Stabilize",
    "deploy": "Deploy",
    "review": "Management reviews",
    "policy": "Policy",
}
"""The sections of the commands of the domain, in their order: MOF's functions, and what goes with all of them."""
