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
    Source("queries", "showing_commands", "Query", ("projects", "show", "why", "trail", "inbox"), needs_log=True),
    Source("serve", "running_commands", "Run", ("serve", "demo", "simulate")),
    Source("webhook", "hooking_commands", "Run", ("webhook",)),
    Source("doctor", "doctoring_commands", "Operate", ("doctor",)),
    Source("lag", "lagging_commands", "Operate", ("lag",)),
    Source("projections", "projecting_commands", "Operate", ("projections",)),
    Source("parked", "parking_commands", "Operate", ("parked",)),
    Source("serve", "running_commands", "Operate", ("migrate", "catalogue")),
    Source("import_", "importing_commands", "Log", ("import",)),
    Source("log_files", "moving_commands", "Log", ("export", "verify", "log")),
    Source("kafka", "kafka_commands", "Kafka", ("kafka",)),
    Source("workers", "worker_commands", "Kafka", ("relay", "project")),
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
